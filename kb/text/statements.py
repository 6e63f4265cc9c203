"""The statements of a piece of Markdown: runs of its lines that each say something by themselves.

Notes are often typed a line a thought, without a blank line between them. A line that goes on with
the sentence of the line before it belongs to that line.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from kb.text.fences import inside_fences
from kb.text.markers import ITEM

_MARKER: Final = re.compile(rf"(?P<indent>\s*){ITEM}\s+\S")
"""With text after it: a marker alone says nothing."""
_ENDS: Final = re.compile(r"[.!?…:;][\"»”)*_`\]]*\s*$")
_GOES_ON: Final = re.compile(r"\s*[a-zа-яё,)»(\-–—]")
_LABELLED: Final = re.compile(
    r"\s*(?:[^\s:;,—–(.!?][^\s:;,—–.!?]*\s+){0,3}?[^\s:;,—–(.!?][^\s:;,—–.!?]*"
    r"(?P<mark>:|\s(?:::|[—–-]))\s+\S"
)
"""A name of a few words with what is said of it: `error OE: no water`, `flour — 3 spoons`."""
_WRAPPED: Final = 60
"""Characters from which on a line with a dash may be prose that was wrapped."""
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*(?=\n|$)")
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
    callout with what it is about. Front matter is one. Blank lines are in none.
    """
    lines = text.split("\n")
    head = _lines_of_front_matter(text)
    inside = inside_fences(lines)
    marks = [_MARKER.match(line) for line in lines]
    indent = min((len(mark["indent"]) for mark in marks if mark), default=0)
    starts: list[int] = []
    in_item = False
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if not line.strip() or (inside[number] and starts) or 0 < number < head:
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
    return bool(_GOES_ON.match(line)) and not _are_labelled(before, line)


def _are_labelled(before: str, line: str) -> bool:
    """Tell whether two lines name a thing each, with the same mark after it, and speak of it."""
    one, other = _LABELLED.match(before), _LABELLED.match(line)
    if not one or not other or one["mark"] != other["mark"]:
        return False
    return ":" in one["mark"] or len(before) < _WRAPPED


def _lines_of_front_matter(text: str) -> int:
    """Return how many lines the fields take that a note opens with; 0 without any."""
    found = _FRONT_MATTER.match(text)
    return found.group().count("\n") + 1 if found else 0


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
