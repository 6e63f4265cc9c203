"""What the desk starts: a suggestion with the note's files, and nothing that its files forbid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from kb.commands.offer import offer
from kb.errors import CommandRefusedError
from kb.model import CommandId, Language, LineRange
from tests.unit.server.conftest import Bench
from tests.unit.server.fakes import NOTE

COMPOSE = "services:\n  web:\n    image: nginx\n"
Keep = Callable[..., CommandId]


@pytest.fixture
def keep(bench: Bench) -> Keep:
    """Writes a note with a command and a block of a file, and offers the command."""

    def write(line: str, block: str = COMPOSE, language: Language = "en") -> CommandId:
        text = f"{line}\n\n```\n{block}```\n"
        (bench.notes / NOTE).write_text(text, encoding="utf-8")
        command = offer(line, note=NOTE, lines=LineRange(start=1, end=1))
        bench.offered.keep([command], language=language)
        return command.id

    return write


@pytest.mark.parametrize(
    ("line", "block", "text"),
    [
        ("sudo docker-compose up -d", COMPOSE, "docker-compose up -d"),
        ("sudo docker build -t x .", "FROM alpine\n", "docker build -t x ."),
        ("docker build -t x /srv/app", "FROM alpine\n", "docker build -t x ."),
        ("docker-compose up -d", COMPOSE, "docker-compose up -d"),
    ],
)
def test_a_suggestion_runs_with_the_notes_files(
    bench: Bench, keep: Keep, line: str, block: str, text: str
) -> None:
    bench.services.desk.run(keep(line, block), {}, confirm=False, who="api", instead=True)
    ((started, files),) = bench.sandbox.runs.started
    assert started == text
    assert block.encode() in (files or {}).values()


def test_where_nothing_is_suggested_the_refusal_stands(bench: Bench, keep: Keep) -> None:
    command = keep("docker run --privileged alpine")
    with pytest.raises(CommandRefusedError) as caught:
        bench.services.desk.run(command, {}, confirm=False, who="api", instead=True)
    assert caught.value.code == "privileged"


@pytest.mark.parametrize(
    ("line", "block", "code"),
    [
        ("docker-compose up -d", COMPOSE + "    privileged: true\n", "privileged"),
        ("docker build -t x .", "FROM alpine\nADD http://10.0.0.1/x /x\n", "dockerfile_address"),
    ],
)
def test_a_file_that_the_policy_refuses_starts_no_run(
    bench: Bench, keep: Keep, line: str, block: str, code: str
) -> None:
    with pytest.raises(CommandRefusedError) as caught:
        bench.services.desk.run(keep(line, block, language="ru"), {}, confirm=True, who="api")
    assert caught.value.code == code
    assert any("а" <= char <= "я" for char in caught.value.message)
    assert bench.sandbox.runs.started == []


def test_the_api_runs_a_suggestion(bench: Bench, keep: Keep, client: TestClient) -> None:
    url = f"/api/commands/{keep('sudo docker-compose up -d')}/runs"
    assert client.post(url, json={}).json()["error"]["code"] == "sudo"
    assert client.post(url, json={"instead": True}).status_code == 202
    assert bench.sandbox.runs.started[-1][0] == "docker-compose up -d"
