"""Lines of code that are explained one by one, each in a comment of its own.

`docker ps -a  # stopped ones too`, or the comment on the line above: the common form of a cheat
sheet, and of a file that is told line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.chunks.drafts import code_lines
from kb.model import Block, LineRange
from kb.text.shell_lines import LogicalLine, logical_lines, without_comment

_LEAST: Final = 2
"""A comment that is alone tells what the whole code does."""
_COMMENT: Final = re.compile(r"(?:#|//)+\s*(?![-=*#/ ]{3})(?=.*[^\W\d_]{2})")
_HERE_DOCUMENT: Final = re.compile(r"<<-?\s*['\"\\]?\w")
"""What stands in one is not the shell's, and its comments are of another file."""


def commented_lines(block: Block) -> list[LineRange]:
    """Return the lines of a code block that go with one comment each; empty for fewer than two.

    A comment is of the line that it ends, or else of the lines below it up to a blank line or the
    next comment.
    """
    lines = code_lines(block)
    code = block.content.split("\n")
    if len(code) != lines.end - lines.start + 1 or _HERE_DOCUMENT.search(block.content):
        return []
    found = list(_commented(list(logical_lines(code, _may_have_quotes))))
    if len(found) < _LEAST:
        return []
    return [
        LineRange(start=lines.start + first.first, end=lines.start + last.last)
        for first, last in found
    ]


def _commented(lines: Sequence[LogicalLine]) -> Iterator[tuple[LogicalLine, LogicalLine]]:
    """Yield the first and last line of what goes with a comment."""
    at = 0
    while at < len(lines):
        begin = at
        while at < len(lines) and _is_comment(lines[at].text):
            at += 1
        if at == begin:
            at += 1
            if _ends_in_comment(lines[begin].text):
                yield lines[begin], lines[begin]
            continue
        end = _below(lines, at)
        if end > at:
            yield lines[begin], lines[end - 1]
        at = end


def _below(lines: Sequence[LogicalLine], at: int) -> int:
    """Return the end of the code that the comment above explains."""
    while at < len(lines) and lines[at].text.strip():
        if _is_comment(lines[at].text) or _ends_in_comment(lines[at].text):
            break
        at += 1
    return at


def _may_have_quotes(line: str) -> bool:
    return not _is_comment(line)


def _is_comment(line: str) -> bool:
    return bool(_COMMENT.match(line.strip()))


def _ends_in_comment(line: str) -> bool:
    line = line.strip()
    code = without_comment(line)
    return bool(code) and bool(_COMMENT.match(line[len(code) :].lstrip()))
