from __future__ import annotations

import pytest

from kb.answering.composer import compose
from kb.model import Chunk, ChunkKind, Citation, LineRange
from tests.chunks import make_chunk

FRONT_MATTER = "---\ntitle: Relocation\nowner: Marta Keller\n---"


def cited(chunk: Chunk) -> tuple[Chunk, Citation]:
    citation = Citation(n=1, note=chunk.note, lines=chunk.lines, quote=chunk.text, chunk=chunk.id)
    return chunk, citation


def test_front_matter_is_told_without_its_rules_line_by_line() -> None:
    text = compose([cited(make_chunk(FRONT_MATTER))], (), "en")
    assert text == "```yaml\ntitle: Relocation\nowner: Marta Keller\n```\n\n[1]"


def test_rules_further_down_are_no_front_matter() -> None:
    text = compose([cited(make_chunk(FRONT_MATTER, start=9))], (), "en")
    assert text == f"{FRONT_MATTER} [1]"


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (FRONT_MATTER, ChunkKind.PARAGRAPH, "owner: Marta Keller"),
        ("Port 80.\nLogs in /var/log", ChunkKind.PARAGRAPH, "Logs in /var/log"),
        ("Docker - a tool.\nIts port is 80", ChunkKind.DEFINITION, "Its port is 80"),
    ],
)
def test_of_a_text_that_is_quoted_in_part_that_part_is_told(
    text: str, kind: ChunkKind, line: str
) -> None:
    chunk = make_chunk(text, kind=kind)
    number = 1 + text.split("\n").index(line)
    lines = LineRange(start=number, end=number)
    citation = Citation(n=1, note=chunk.note, lines=lines, quote=line, chunk=chunk.id)
    assert compose([(chunk, citation)], (), "en") == f"{line} [1]"
