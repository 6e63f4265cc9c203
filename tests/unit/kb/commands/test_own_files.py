"""The note's files that a command takes are judged before it starts."""

from __future__ import annotations

from typing import Any

import pytest

from kb.commands.own_files import judge_files, list_services
from kb.commands.plan import plan
from kb.errors import CommandRefusedError
from tests.cases_files import load_jsonl


@pytest.mark.parametrize(
    "case", load_jsonl("commands/note_files.jsonl"), ids=lambda case: ascii(case["text"])
)
def test_files(case: dict[str, Any]) -> None:
    action = plan(case["text"], confirmed=True).action
    files = {name: text.encode() for name, text in case["files"].items()}
    if "code" not in case:
        judge_files(action, files)
        return
    with pytest.raises(CommandRefusedError) as caught:
        judge_files(action, files)
    assert caught.value.code == case["code"]


def test_a_refusal_is_in_the_language_that_is_asked_for() -> None:
    for text, name, content in (
        ("docker build -t x .", "Dockerfile", b"FROM localhost/x\n"),
        ("docker-compose up", "docker-compose.yaml", b"services: 1"),
    ):
        with pytest.raises(CommandRefusedError) as caught:
            judge_files(plan(text, confirmed=True).action, {name: content}, language="ru")
        assert any("а" <= char <= "я" for char in caught.value.message)


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("services:\n  db:\n    image: x\n  app: {}\n", ("db", "app")),
        ("services: [db]\n", ()),
        ("services:\n  db: {image: '${TAG}'}\n", ()),
        ("- a\n", ()),
        (": : :\n", ()),
        ("", ()),
    ],
)
def test_the_services_of_a_compose_file_are_listed(text: str, services: tuple[str, ...]) -> None:
    assert list_services({"docker-compose.yaml": text.encode()}) == services
    assert list_services({"Dockerfile": text.encode()}) == ()
