"""Whatever of the project's own notes is chosen, the answer holds it and shows its marker."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.answering.composer import compose, compose_open
from kb.model import Chunk, ChunkKind, Citation, LineRange, NoteId
from server.render import render_answer
from tests.unit.ingest.snapshots import case_files

NOTES = Path(__file__).parents[4] / "data" / "notes"
MARKER = '<sup class="cite" data-n="1">[1]</sup>'
ITEM = re.compile(r"^[\s>]*(?:[*+-]|\d+[.)])\s+(.*\S)", re.MULTILINE)


@cache
def chunks() -> list[Chunk]:
    files = [*sorted(NOTES.rglob("*.md")), *case_files("chunks")]
    return [
        chunk
        for file in files
        for chunk in chunk_note(parse_note(NoteId(file.name), file.read_text(encoding="utf-8")))
    ]


def told(chunk: Chunk) -> str:
    citation = Citation(n=1, note=chunk.note, lines=chunk.lines, quote=chunk.text, chunk=chunk.id)
    if chunk.kind is ChunkKind.QUESTION and not chunk.answered:
        return compose_open(chunk, citation, "en")
    return compose([(chunk, citation)], (), "en")


def answering(chunk: Chunk, text: str) -> Chunk:
    """Return a question that a text answers."""
    asked = LineRange(start=1, end=1)
    text = f"> How?\n\n{text}"
    lines = LineRange(start=1, end=1 + text.count("\n"))
    return replace(
        chunk, kind=ChunkKind.QUESTION, text=text, lines=lines, question_lines=asked, answered=True
    )


def as_steps(text: str) -> str:
    """Return the items of a list as numbered steps of several sentences each."""
    return "\n".join(f"{n}. {item}. So it is." for n, item in enumerate(ITEM.findall(text), 1))


def lost_items(quoted: str, text: str) -> list[str]:
    kept = " ".join(text.split())
    return [item for item in ITEM.findall(quoted) if " ".join(item.split()) not in kept]


@pytest.mark.parametrize("kind", ChunkKind)
def test_every_chunk_can_be_told(kind: ChunkKind) -> None:
    for chunk in chunks():
        if chunk.kind is kind:
            for one in (chunk, answering(chunk, chunk.text)):
                text = told(one)
                assert text.removesuffix("[1]").strip(), one
                assert render_answer(text, [1]).count(MARKER) == 1, one


def test_every_item_of_a_list_is_told() -> None:
    for chunk in chunks():
        if chunk.kind is not ChunkKind.QUESTION:
            assert not lost_items(chunk.text, told(chunk)), chunk
        steps = as_steps(chunk.text)
        if steps:
            assert not lost_items(steps, told(answering(chunk, steps))), chunk
