from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answering.offers import offer_commands
from kb.answering.quotes import Quote, cite, quote_chunk
from kb.model import ChunkKind, CodeSpan, LineRange, Query
from kb.retrieval.candidates import Ranking
from kb.retrieval.manual import NOTHING_MEANT, MeantCommands
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk
from tests.fakes import FakeNotes
from tests.indexes import memory_index

CODE = "docker ps\ndocker images\ndocker info"
CHUNK = replace(
    make_chunk(f"```\n{CODE}\n```", start=3, kind=ChunkKind.CODE),
    code=(CodeSpan(text=CODE, lines=LineRange(start=4, end=6)),),
)


def offered(question: str, meant: MeantCommands = NOTHING_MEANT) -> list[str]:
    notes = FakeNotes({"a.md": f"\n\n{CHUNK.text}"})
    (citation,) = cite([quote_chunk(CHUNK)], notes)
    ranking = Ranking(
        question=parse_question(Query(text=question)), terms=(), candidates=(), meant=meant
    )
    commands = offer_commands([(CHUNK, citation)], ranking, memory_index({}), notes, typed=question)
    return [command.text for command in commands]


def test_the_command_that_is_meant_comes_first() -> None:
    question = "what have I downloaded so far"
    assert offered(question) == ["docker ps", "docker images", "docker info"]
    meant = MeantCommands(cosines={"ps": 0.3, "images": 0.5, "info": -0.1})
    assert offered(question, meant) == ["docker images", "docker ps", "docker info"]
    assert offered("docker info", meant)[0] == "docker info"


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        ("docker pss", ["docker ps"]),
        ("docker inof", ["docker info"]),
        ("docker strat web", []),
        ("docker imagse delete", ["docker ps", "docker images", "docker info"]),
        ("docker strat", ["docker ps", "docker images", "docker info"]),
    ],
)
def test_a_misspelt_command_line_gets_the_meant_command_alone(
    typed: str, commands: list[str]
) -> None:
    assert sorted(offered(typed)) == sorted(commands)


def test_only_the_commands_of_the_cited_lines_are_offered_at_their_place_in_the_note_now() -> None:
    notes = FakeNotes({"a.md": f"new\nnew\nnew\n\n\n{CHUNK.text}"})
    quote = Quote(chunk=CHUNK, lines=LineRange(start=5, end=5))
    (citation,) = cite([quote], notes)
    ranking = Ranking(question=parse_question(Query(text="images")), terms=(), candidates=())
    commands = offer_commands([(CHUNK, citation)], ranking, memory_index({}), notes)
    assert [command.text for command in commands] == ["docker images"]
    assert commands[0].lines == citation.lines == LineRange(start=8, end=8)
