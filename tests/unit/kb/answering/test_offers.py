from __future__ import annotations

from dataclasses import replace

from kb.answering.offers import offer_commands
from kb.answering.quotes import Quote, cite
from kb.model import ChunkKind, CodeSpan, LineRange, Query
from kb.retrieval.candidates import Ranking
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk
from tests.fakes import FakeNotes
from tests.indexes import memory_index

CODE = "docker ps\ndocker images\ndocker info"
CHUNK = replace(
    make_chunk(f"```\n{CODE}\n```", start=3, kind=ChunkKind.CODE),
    code=(CodeSpan(text=CODE, lines=LineRange(start=4, end=6)),),
)


def test_only_the_commands_of_the_cited_lines_are_offered_at_their_place_in_the_note_now() -> None:
    notes = FakeNotes({"a.md": f"new\nnew\nnew\n\n\n{CHUNK.text}"})
    quote = Quote(chunk=CHUNK, lines=LineRange(start=5, end=5))
    (citation,) = cite([quote], notes)
    ranking = Ranking(question=parse_question(Query(text="images")), terms=(), candidates=())
    commands = offer_commands([(CHUNK, citation)], ranking, memory_index({}), notes)
    assert [command.text for command in commands] == ["docker images"]
    assert commands[0].lines == citation.lines == LineRange(start=8, end=8)
