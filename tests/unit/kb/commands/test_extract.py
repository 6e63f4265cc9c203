"""Command lines in fences and inline code, with their lines."""

from __future__ import annotations

from typing import Any

import pytest

from kb.commands.extract import extract_commands
from kb.model import Chunk, ChunkId, ChunkKind, CodeSpan, LineRange, NoteId
from tests.cases_files import load_jsonl


def chunk_of(*spans: CodeSpan) -> Chunk:
    return Chunk(
        id=ChunkId("c"), note=NoteId("n.md"), kind=ChunkKind.COMMAND,
        lines=LineRange(start=1, end=99), text="", code=spans,
    )  # fmt: skip


def span(text: str, start: int = 10, *, inline: bool = False) -> CodeSpan:
    lines = LineRange(start=start, end=start + text.count("\n"))
    return CodeSpan(text=text, lines=lines, inline=inline)


@pytest.mark.parametrize(
    "case", load_jsonl("commands/extract.jsonl"), ids=lambda c: ascii(c["code"])
)
def test_extract(case: dict[str, Any]) -> None:
    found = extract_commands(chunk_of(span(case["code"], inline=case.get("inline", False))))
    assert [[c.text, c.lines.start - 10, c.lines.end - 10] for c in found] == case["commands"]


def test_the_same_command_of_the_same_lines_is_there_once() -> None:
    found = extract_commands(chunk_of(span("docker ps"), span("docker ps"), span("docker ps", 20)))
    assert [c.lines.start for c in found] == [10, 20]


def test_a_chunk_without_code_has_none() -> None:
    assert extract_commands(chunk_of()) == []
