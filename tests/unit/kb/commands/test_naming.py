"""Which programs a question names, and whose flags it gets."""

from __future__ import annotations

import pytest

from kb.answering.flag_lookup import is_looked_up
from kb.answering.selection import select
from kb.commands.naming import commands_named, programs_asked, programs_named
from kb.model import Chunk, ChunkId, ChunkKind
from tests.chunks import make_chunk
from tests.unit.kb.answering.test_selection import ranking_of


@pytest.mark.parametrize(
    ("text", "asked", "named"),
    [
        ("what are the flags of ss", {"ss"}, {"ss"}),
        ("какие флаги у grep", {"grep"}, {"grep"}),
        ("rsync flags", {"rsync"}, set()),
        ("what does tar -C do", {"tar"}, {"tar"}),
        ("what does -v do in grep", {"grep"}, {"grep"}),
        ("what does -f do when I sort lines", {"sort"}, set()),
        ("flags of docker cp", set(), set()),
        ("what does docker compose top -x do", set(), set()),
        ("in which -a", set(), set()),
        ("SSH flags", {"ssh"}, set()),
    ],
)
def test_programs_of_a_question(text: str, asked: set[str], named: set[str]) -> None:
    assert (programs_asked(text), programs_named(text)) == (asked, named)


def flag(name: str, start: int, *commands: str) -> Chunk:
    text = f"* {name} - {start}"
    return make_chunk(text, start=start, kind=ChunkKind.FLAG, commands=commands, flags=(name,))


GREP_R, GREP_V = flag("-r", 1, "grep"), flag("-v", 2, "grep -v x")
SCP_V, TAR_V, LOOSE_V = flag("-v", 5, "scp"), flag("-v", 7, "tar -xvf a"), flag("-v", 9)


def chosen(question: str, *chunks: Chunk) -> list[ChunkId]:
    return [candidate.chunk.id for candidate in select(ranking_of(question, *chunks))]


@pytest.mark.parametrize("question", ["what are the flags of grep", "какие флаги у grep"])
def test_all_flags_of_a_program_are_listed(question: str) -> None:
    ranking = ranking_of(question, SCP_V, GREP_V, GREP_R)
    picked = select(ranking)
    assert [candidate.chunk.id for candidate in picked] == [GREP_R.id, GREP_V.id]
    assert is_looked_up(ranking, picked)


def test_a_flag_is_the_named_programs() -> None:
    assert chosen("what does tar -v do", SCP_V, TAR_V, LOOSE_V) == [TAR_V.id]
    assert chosen("what does -v do in grep", SCP_V, GREP_V, LOOSE_V) == [GREP_V.id]


def test_or_that_of_no_command() -> None:
    assert chosen("what does tar -v do", SCP_V, LOOSE_V) == [LOOSE_V.id]


def test_every_meaning_is_given_where_no_program_is_named() -> None:
    assert chosen("what does -v do", SCP_V, TAR_V) == [SCP_V.id, TAR_V.id]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("flags of docker volume ls", ["docker volume ls"]),
        ("flags of run", ["docker run"]),
        ("флаги docker-compose up", ["docker-compose up"]),
        ("flags of docker compose up", ["docker compose up"]),
        ("docker run and docker exec", ["docker run", "docker exec"]),
        ("flags of git stash push", ["git stash push"]),
        ("flags of git stash", ["git stash"]),
        ("flags of apt install", ["apt install"]),
        ("flags of systemctl list-timers", ["systemctl list-timers"]),
        ("flags of grep", []),
    ],
)
def test_commands_named_in_full(text: str, commands: list[str]) -> None:
    assert list(commands_named(text)) == commands
