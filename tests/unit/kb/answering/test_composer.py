from __future__ import annotations

from kb.answering.composer import compose
from kb.model import Chunk, Citation
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
