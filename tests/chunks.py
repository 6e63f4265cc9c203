"""Chunks for tests."""

from __future__ import annotations

import hashlib

from kb.model import Chunk, ChunkId, ChunkKind, LineRange, NoteId


def make_chunk(
    text: str,
    *,
    start: int = 1,
    note: str = "a.md",
    kind: ChunkKind = ChunkKind.PARAGRAPH,
    commands: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
    context: str = "",
    columns: tuple[str, ...] = (),
    question_lines: tuple[int, int] | None = None,
    answered: bool = True,
    parent: ChunkId | None = None,
) -> Chunk:
    """Return a chunk of the text that starts at a line."""
    asked = question_lines and LineRange(start=question_lines[0], end=question_lines[1])
    return Chunk(
        id=ChunkId(hashlib.sha256(f"{note}:{start}:{text}".encode()).hexdigest()[:12]),
        note=NoteId(note),
        kind=kind,
        lines=LineRange(start=start, end=start + text.count("\n")),
        text=text,
        commands=commands,
        flags=flags,
        context=context,
        columns=columns,
        parent=parent,
        question_lines=asked or None,
        answered=answered,
    )
