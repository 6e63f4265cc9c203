"""Lines of code that are explained one by one, each in a comment of its own.

`docker ps -a  # stopped ones too`, or the comment on the line above: the common form of a cheat
sheet, and of a file that is told line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.chunks.drafts import code_lines
from ingest.chunks.shell import is_query, without_query_comment
from kb.model import Block, LineRange
from kb.text.here_documents import outside_documents
from kb.text.shell_lines import LogicalLine, logical_lines, without_comment

_LEAST: Final = 2
"""A comment that is alone tells what the whole code does."""
_PROSE: Final = r"\s*(?![-=*#/ ]{3})(?=.*[^\W\d_]{2})"


@dataclass(frozen=True, slots=True)
class _Comments:
    """How a language comments."""

    begin: re.Pattern[str]
    """A comment that says something."""
    without: Callable[[str], str]
    """Returns a line without the comment behind it."""

    def is_one(self, line: str) -> bool:
        """Tell whether a line is a comment and nothing else."""
        return bool(self.begin.match(line.strip()))

    def end(self, line: str) -> bool:
        """Tell whether a line is code with a comment behind it."""
        line = line.strip()
        code = self.without(line)
        return bool(code) and bool(self.begin.match(line[len(code) :].lstrip()))


_OF_SHELLS: Final = _Comments(re.compile(rf"(?:#|//)+{_PROSE}"), without_comment)
_OF_QUERIES: Final = _Comments(re.compile(rf"--(?=\s){_PROSE}"), without_query_comment)


def commented_lines(block: Block) -> list[LineRange]:
    """Return the lines of a code block that go with one comment each; empty for fewer than two.

    A comment is of the line that it ends, or else of the lines below it up to a blank line or the
    next comment.
    """
    lines = code_lines(block)
    code = block.content.split("\n")
    if len(code) != lines.end - lines.start + 1 or _holds_document(code):
        return []
    comments = _OF_QUERIES if is_query(block.info) else _OF_SHELLS
    joined = list(logical_lines(code, lambda line: not comments.is_one(line)))
    found = list(_commented(joined, comments))
    if len(found) < _LEAST:
        return []
    return [
        LineRange(start=lines.start + first.first, end=lines.start + last.last)
        for first, last in found
    ]


def _holds_document(code: Sequence[str]) -> bool:
    """Tell whether code holds a here-document, whose comments are those of another file."""
    return sum(1 for _ in outside_documents(code)) < len(code)


def _commented(
    lines: Sequence[LogicalLine], comments: _Comments
) -> Iterator[tuple[LogicalLine, LogicalLine]]:
    """Yield the first and last line of what goes with a comment."""
    at = 0
    while at < len(lines):
        begin = at
        while at < len(lines) and comments.is_one(lines[at].text):
            at += 1
        if at == begin:
            at += 1
            if comments.end(lines[begin].text):
                yield lines[begin], lines[begin]
            continue
        end = _below(lines, at, comments)
        if end > at:
            yield lines[begin], lines[end - 1]
        at = end


def _below(lines: Sequence[LogicalLine], at: int, comments: _Comments) -> int:
    """Return the end of the code that the comment above explains."""
    while at < len(lines) and (text := lines[at].text).strip():
        if comments.is_one(text) or comments.end(text):
            break
        at += 1
    return at
