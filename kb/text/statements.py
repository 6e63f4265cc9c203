"""The statements of a piece of Markdown: runs of its lines that each say something by themselves.

Notes are often typed a line a thought, without a blank line between them. A line that goes on with
the sentence of the line before it belongs to that line.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from kb.text.fences import inside_fences

_MARKER: Final = re.compile(r"(?P<indent>\s*)(?:[-*+]|\d{1,9}[.)])\s+\S")
_ENDS: Final = re.compile(r"[.!?…:;][\"»”)*_`\]]*\s*$")
_GOES_ON: Final = re.compile(r"\s*[a-zа-яё,)»(\-–—]")
_HARD_BREAKS: Final = ("  ", "\\")
_MEANING: Final = re.compile(r"\s{0,3}:\s+\S")
"""What the term above it means."""
_LABEL: Final = re.compile(
    r"\W*(?:a|answer|cause|reason|fix|solution|workaround|resolution"
    r"|о|ответ|причина|решение|фикс|лечение)[*_]*\s*[.:]",
    re.IGNORECASE,
)
"""What answers, explains or mends what is said above it."""
_TITLE: Final = re.compile(r"\s*>\s*\[!\w+\][+-]?\s+\S+\s+\S")
"""Of a callout, one that says more than a word."""
_ASKS: Final = re.compile(r"\?[\"»”)*_`\]]*\s*$")


def statements(text: str) -> list[range]:
    """Return the lines of each statement, 0-based within the text, in order.

    In a list an item is a statement, with all that is nested in it; a fence is cut nowhere. A term
    stands with its meaning, a question with its answer, a symptom with its fix, the title of a
    callout with what it is about. Blank lines are in none.
    """
    lines = text.split("\n")
    inside = inside_fences(lines)
    marks = [_MARKER.match(line) for line in lines]
    indent = min((len(mark["indent"]) for mark in marks if mark), default=0)
    starts: list[int] = []
    in_item = False
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if not line.strip() or (inside[number] and starts):
            continue
        before = lines[number - 1] if number else ""
        if mark:
            begins = len(mark["indent"]) == indent
        elif in_item:
            begins = not before.strip() and not line[0].isspace()
        else:
            begins = not (_is_continued(before, line) or _is_told_with(before, line))
        if begins or not starts:
            starts.append(number)
            in_item = bool(mark)
    return [_without_blank_end(lines, *ends) for ends in pairwise([*starts, len(lines)])]


def is_item(line: str) -> bool:
    """Tell whether a line begins an item of a list."""
    return bool(_MARKER.match(line))


def _is_continued(before: str, line: str) -> bool:
    """Tell whether a line goes on with the sentence of the line before it."""
    if not before.strip() or before.endswith(_HARD_BREAKS) or _ENDS.search(before):
        return False
    return bool(_GOES_ON.match(line))


def _is_told_with(before: str, line: str) -> bool:
    """Tell whether a line and the one before it say nothing without each other."""
    if not before.strip():
        return False
    answers = _MEANING.match(line) or _LABEL.match(line)
    return bool(answers or _TITLE.match(before) or _ASKS.search(before))


def _without_blank_end(lines: list[str], start: int, end: int) -> range:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return range(start, end)
