"""Chunks and warnings as JSON, for the catalogue's rows."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kb.model import (
    Chunk,
    ChunkId,
    ChunkKind,
    CodeSpan,
    LineRange,
    NoteId,
    NoteWarning,
)


def chunk_to_json(chunk: Chunk) -> str:
    """Return a chunk as one line of JSON; `chunk_from_json` gives an equal chunk."""
    lines = chunk.question_lines
    fields = {
        "id": chunk.id,
        "note": chunk.note,
        "kind": chunk.kind.value,
        "lines": [chunk.lines.start, chunk.lines.end],
        "text": chunk.text,
        "title": chunk.title,
        "aliases": chunk.aliases,
        "trail": chunk.heading_trail,
        "tags": chunk.tags,
        "parent": chunk.parent,
        "commands": chunk.commands,
        "flags": chunk.flags,
        "code": [
            [span.text, span.lines.start, span.lines.end, span.info, span.inline]
            for span in chunk.code
        ],
        "context": chunk.context,
        "setting": chunk.setting,
        "columns": chunk.columns,
        "question": [lines.start, lines.end] if lines else None,
        "answered": chunk.answered,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def chunk_from_json(text: str) -> Chunk:
    """Return the chunk that `chunk_to_json` wrote."""
    fields = json.loads(text)
    question = fields["question"]
    return Chunk(
        id=ChunkId(fields["id"]),
        note=NoteId(fields["note"]),
        kind=ChunkKind(fields["kind"]),
        lines=LineRange(start=fields["lines"][0], end=fields["lines"][1]),
        text=fields["text"],
        title=fields["title"],
        aliases=tuple(fields["aliases"]),
        heading_trail=tuple(fields["trail"]),
        tags=tuple(fields["tags"]),
        parent=ChunkId(fields["parent"]) if fields["parent"] is not None else None,
        commands=tuple(fields["commands"]),
        flags=tuple(fields["flags"]),
        code=tuple(
            CodeSpan(text=code, lines=LineRange(start=start, end=end), info=info, inline=inline)
            for code, start, end, info, inline in fields["code"]
        ),
        context=fields["context"],
        setting=fields["setting"],
        columns=tuple(fields.get("columns", ())),  # older indexes answer until they are made anew
        question_lines=LineRange(start=question[0], end=question[1]) if question else None,
        answered=fields["answered"],
    )


def warnings_to_json(warnings: Sequence[NoteWarning]) -> str:
    """Return warnings as one line of JSON."""
    rows = [[w.note, w.line, w.message, w.hint, w.code] for w in warnings]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def warnings_from_json(text: str) -> tuple[NoteWarning, ...]:
    """Return the warnings that `warnings_to_json` wrote."""
    return tuple(
        NoteWarning(note=NoteId(note), line=line, message=message, hint=hint, code=code)
        for note, line, message, hint, code in json.loads(text)
    )
