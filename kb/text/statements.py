"""The statements of a piece of Markdown: runs of its lines that each say something by themselves.

Notes are often typed a line a thought, without a blank line between them. A line that goes on with
the sentence of the line before it belongs to that line.
"""

from __future__ import annotations

import re
from typing import Final

_MARKER: Final = re.compile(r"(?P<indent>\s*)(?:[-*+]|\d{1,9}[.)])\s+\S")
_ENDS: Final = re.compile(r"[.!?…:;][\"»”)*_`\]]*\s*$")
_CONTINUES: Final = re.compile(r"\s*[a-zа-яё,)»(\-–—]")


def statements(text: str) -> list[range]:
    """Return the lines of each statement, 0-based within the text, in order.

    In a list an item is a statement, with all that is nested in it. Blank lines are in none.
    """
    lines = text.split("\n")
    starts: list[int] = []
    indent = _first_indent(lines)
    for number, line in enumerate(lines):
        if line.strip() and (not starts or _begins(lines, number, indent)):
            starts.append(number)
    ends = [*starts[1:], len(lines)]
    return [_without_blank_end(lines, a, b) for a, b in zip(starts, ends, strict=True)]


def _first_indent(lines: list[str]) -> int | None:
    """Return how far a list's own items are indented; None where the text has no list."""
    marks = filter(None, map(_MARKER.match, lines))
    return min((len(mark["indent"]) for mark in marks), default=None)


def _begins(lines: list[str], number: int, indent: int | None) -> bool:
    line, before = lines[number], lines[number - 1]
    mark = _MARKER.match(line)
    if mark is not None:
        return len(mark["indent"]) == indent
    if indent is not None and _within_item(lines, number):
        return False
    if not before.strip() or before.endswith(("  ", "\\")):
        return True
    return bool(_ENDS.search(before)) or not _CONTINUES.match(line)


def _within_item(lines: list[str], number: int) -> bool:
    """Tell whether a line without a marker goes on with a list's item above it."""
    for above in range(number - 1, -1, -1):
        if _MARKER.match(lines[above]):
            return bool(lines[number][:1].isspace()) or bool(lines[number - 1].strip())
        if not lines[above].strip() and not lines[number][:1].isspace():
            return False
    return False


def _without_blank_end(lines: list[str], start: int, end: int) -> range:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return range(start, end)
