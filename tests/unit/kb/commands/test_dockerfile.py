"""Dockerfiles of notes: comments cleaned, and what a build may not ask for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.commands.dockerfile.comments import clean_dockerfile
from kb.commands.dockerfile.policy import check_dockerfile
from kb.errors import CommandRefusedError
from tests.cases_files import load_jsonl

NOTED = """FROM python:3.6  // Образ, на основе которого мы создаем свой
RUN pip install -r reqs.txt  // Установить зависимости
CMD ["python", "hello.py"]  // Выполнить "python hello.py"
"""
CLEAN = """# Образ, на основе которого мы создаем свой
FROM python:3.6
# Установить зависимости
RUN pip install -r reqs.txt
# Выполнить "python hello.py"
CMD ["python", "hello.py"]
"""


def test_comments_become_lines_of_their_own() -> None:
    cleaned = clean_dockerfile(NOTED)
    assert cleaned.text == CLEAN
    assert cleaned.problems == (
        (1, "Образ, на основе которого мы создаем свой"),
        (2, "Установить зависимости"),
        (3, 'Выполнить "python hello.py"'),
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine\n# a comment\nRUN echo hi",
        "RUN curl https://example.com/x",
        'CMD ["sh", "-c", "echo // no comment"]',
        "RUN echo 'a # b'",
        "RUN ls //etc",
        "RUN cat <<EOF\n// text\nEOF",
        "RUN a && \\\n    b",
        "ENV A=b#c",
        "",
    ],
)
def test_what_docker_understands_stays(text: str) -> None:
    cleaned = clean_dockerfile(text)
    assert cleaned.text == text
    assert cleaned.problems == ()


def test_a_comment_in_a_continued_instruction_is_dropped() -> None:
    cleaned = clean_dockerfile("RUN a && \\\n    b  // second")
    assert cleaned.text == "RUN a && \\\n    b"
    assert cleaned.problems == ((2, "second"),)


def test_a_line_that_is_all_comment() -> None:
    assert clean_dockerfile("// base\nFROM alpine").text == "# base\nFROM alpine"


@given(st.text(alphabet="FROM RUN#/\\\"'\n ab", max_size=80))
def test_a_clean_file_stays_clean(text: str) -> None:
    cleaned = clean_dockerfile(text).text
    assert clean_dockerfile(cleaned).text == cleaned


@pytest.mark.parametrize(
    "case", load_jsonl("commands/dockerfile.jsonl"), ids=lambda case: ascii(case["file"])
)
def test_policy(case: dict[str, Any]) -> None:
    if "code" not in case:
        check_dockerfile(case["file"], build_args=case.get("build_args"))
        return
    with pytest.raises(CommandRefusedError) as caught:
        check_dockerfile(case["file"], build_args=case.get("build_args"))
    assert caught.value.code == case["code"]


def test_text_on_lines_of_its_own_is_refused_with_a_way_around_it() -> None:
    with pytest.raises(
        CommandRefusedError, match="Line 2 of the Dockerfile: RUN <<'EOF'"
    ) as caught:
        check_dockerfile("FROM alpine\nRUN <<'EOF'\nls\nEOF")
    assert "Join the commands with &&" in caught.value.hint


def test_variables_do_not_grow_without_end() -> None:
    growing = "ENV A=xxxx\n" + "ENV A=$A$A$A$A\n" * 60
    check_dockerfile(f"FROM alpine\n{growing}COPY $A /x")
    with pytest.raises(CommandRefusedError):
        check_dockerfile(f"FROM alpine\n{growing}ADD $A /x")
    with pytest.raises(CommandRefusedError):
        check_dockerfile("FROM alpine\nADD " + "x " * 10_000)
