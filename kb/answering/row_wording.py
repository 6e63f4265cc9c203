"""Rows of a Markdown table in words: "Port: 8080; Who: jenkins"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile
from typing import Final

from kb.model import Chunk, ChunkKind

_BORDER: Final = re.compile(r"(?<!\\)\|")
_OUTER: Final = re.compile(r"^\s*\||(?<!\\)\|\s*$")
_DELIMITER: Final = re.compile(r"^[\s|:-]*-[\s|:-]*$", re.MULTILINE)
_LINK: Final = re.compile(r"!?\[([^\[\]\n]+)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)")


def is_rows(chunk: Chunk) -> bool:
    """Tell whether a chunk is rows of a table without its header."""
    text = chunk.text.strip()
    if chunk.kind in {ChunkKind.FLAG, ChunkKind.COMMAND}:
        return text.startswith("|") and "\n" not in text
    return chunk.kind is ChunkKind.TABLE_ROW and "|" in text and not _DELIMITER.search(text)


def rows_in_words(chunk: Chunk) -> str:
    """Return the filled cells of rows, each with what heads its column; several rows as a list."""
    rows = [_in_words(_cells(line), chunk.columns) for line in chunk.text.strip().split("\n")]
    return rows[0] if len(rows) == 1 else "\n".join(f"- {row}" for row in rows)


def flag_in_words(chunk: Chunk) -> str:
    """Return what the row of a flag says of it: its filled cells after the flags themselves."""
    cells = [cell for cell in _cells(chunk.text) if cell]
    told = list(dropwhile(lambda cell: any(flag in cell for flag in chunk.flags), cells))
    return "; ".join(told or cells)


def _in_words(cells: Sequence[str], columns: Sequence[str]) -> str:
    """Return a row's filled cells; one with more of them than columns has none of them named."""
    if len(cells) > len(columns):
        return "; ".join(filter(None, cells))
    named = zip(columns, cells, strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def _cells(line: str) -> list[str]:
    """Return a row's cells, of a link its text."""
    inner = _OUTER.sub("", _OUTER.sub("", line, count=1), count=1)
    cells = (_LINK.sub(r"\1", cell).strip() for cell in _BORDER.split(inner))
    return [cell.replace(r"\|", "|") for cell in cells]
