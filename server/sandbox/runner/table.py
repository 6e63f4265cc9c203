"""Listings as the docker CLI prints them: a table, bare ids, or the user's template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LEAST_WIDTH = 10
_GAP = 3
SHORT_ID = 12

Row = Mapping[str, str]
"""A listed object's fields by their template name (`ID`, `Names`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the default table."""

    field: str
    header: str


def columns(**headers: str) -> tuple[Column, ...]:
    """Return columns from `field="HEADER"` pairs, in order."""
    return tuple(Column(field=field, header=header) for field, header in headers.items())


def table(shown: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return a header line and a line for each row."""
    cells = [[column.header for column in shown]]
    cells += [[row.get(column.field, "") for column in shown] for row in rows]
    return align(cells)


def align(cells: Sequence[Sequence[str]], *, least_width: int = _LEAST_WIDTH) -> str:
    """Return lines of cells, each column as wide as its widest cell; the last one is not padded."""
    if not cells:
        return ""
    last = len(cells[0]) - 1
    widths = [
        max(least_width, max(len(line[index]) for line in cells) + _GAP) for index in range(last)
    ]
    lines = []
    for line in cells:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        lines.append("".join(padded) + line[last])
    return "\n".join(lines) + "\n"


def short_id(full: str) -> str:
    """Return the first twelve digits of an object's id, without its `sha256:`, as the CLI does."""
    return full.removeprefix("sha256:")[:SHORT_ID]


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Return a sorting key that puts `v2` before `v10`."""
    key: list[tuple[int, int, str]] = []
    number = ""
    for char in [*text, ""]:
        if char.isdigit() and char.isascii():
            number += char
            continue
        if number:
            key.append((0, int(number), ""))
            number = ""
        if char:
            key.append((1, 0, char))
    return key
