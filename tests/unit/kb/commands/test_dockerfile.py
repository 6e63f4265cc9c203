"""Dockerfiles of notes: comments cleaned, and what a build may not ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.commands.dockerfile import check_dockerfile, clean_dockerfile
from kb.errors import CommandRefusedError

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
    ("text", "code"),
    [
        ("FROM 127.0.0.1:5000/x", "private_registry"),
        ("FROM localhost/x AS a", "private_registry"),
        ("FROM --platform=linux/amd64 10.0.0.1/x", "private_registry"),
        ("FROM alpine\nCOPY --from=192.168.0.1:5000/x /a /b", "private_registry"),
        ("FROM alpine\nADD http://169.254.169.254/latest/meta-data /x", "dockerfile_address"),
        ("FROM alpine\nADD http://localhost/x /x", "dockerfile_address"),
        ("FROM alpine\nADD \\\n  http://127.0.0.1/x /x", "dockerfile_address"),
        ("FROM alpine\nADD http://2130706433/x /x", "dockerfile_address"),
        ("FROM alpine\nADD http://user@127.0.0.1/x /x", "dockerfile_address"),
        ("FROM alpine\nADD git@10.0.0.1:a/b /x", "dockerfile_address"),
        ("FROM alpine\nONBUILD ADD http://127.0.0.1/x /x", "dockerfile_address"),
        ("ARG B=127.0.0.1:5000/x\nFROM $B", "private_registry"),
        ("ARG B=10.0.0.1\nARG C=${B}/x\nFROM ${C}:1", "private_registry"),
        ("FROM ${B:-localhost/x}", "private_registry"),
        ("FROM alpine\nENV H http://127.0.0.1\nADD $H/x /x", "dockerfile_address"),
        ("FROM alpine\nADD http://$HOST/x /x", "dockerfile_address"),
        ("# escape=`\nFROM alpine\nRUN echo \\\nADD http://127.0.0.1/x /x", "dockerfile_address"),
        ("FROM alpine\nRUN --security=insecure id", "dockerfile_instruction"),
        ("FROM alpine\nRUN --network=host id", "dockerfile_instruction"),
        ("FROM alpine\nRUN --mount=type=secret,id=x id", "dockerfile_instruction"),
        ("FROM alpine\nrun --mount=type=bind,from=x id", "dockerfile_instruction"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(CommandRefusedError) as caught:
        check_dockerfile(text)
    assert caught.value.code == code


def test_build_arguments_count() -> None:
    text = "ARG B=alpine\nFROM $B"
    check_dockerfile(text)
    with pytest.raises(CommandRefusedError):
        check_dockerfile(text, build_args={"B": "127.0.0.1:5000/x"})


def test_variables_do_not_grow_without_end() -> None:
    growing = "ENV A=xxxx\n" + "ENV A=$A$A$A$A\n" * 60
    check_dockerfile(f"FROM alpine\n{growing}COPY $A /x")
    with pytest.raises(CommandRefusedError):
        check_dockerfile("FROM alpine\nADD " + "x " * 10_000)


@pytest.mark.parametrize(
    "text",
    [
        'FROM python:3.6\nRUN pip install x\nCOPY . /app\nCMD ["python"]',
        "FROM node:20 AS build\nRUN npm ci\nFROM nginx\nCOPY --from=build /a /b",
        "FROM nginx\nCOPY --from=0 /a /b",
        "FROM scratch\nADD https://example.com/x.tar.gz /x",
        "ARG V=1\nFROM alpine:${V}\nHEALTHCHECK --interval=30s CMD true",
        "FROM alpine\nRUN curl http://127.0.0.1/ || true",
        "# syntax=docker/dockerfile:1\nFROM alpine",
    ],
)
def test_allowed(text: str) -> None:
    check_dockerfile(text)
