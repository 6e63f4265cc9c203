"""Quotes that a word processor or a page has made of straight ones: a shell takes them for text."""

from __future__ import annotations

import re
from typing import Final

from kb.commands.characters import code_point
from kb.commands.texts import refused

_DOUBLE: Final = "“”„‟«»"
_SINGLE: Final = "‘’‚‛"
_STRAIGHT: Final = {**dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_SINGLE, "'")}
_SKIPPED: Final = re.compile(
    r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:^|(?<=\s))(?:#|//(?!\S*/))[^\n]*""", re.DOTALL
)
"""What a shell takes as it is: escaped, in straight quotes, a comment."""
_OPENING: Final = re.compile(rf"(?:^|(?<=[\s=]))[{_DOUBLE}{_SINGLE}]")
"""A quote where a value begins; within a word it is an apostrophe, or text."""


def refuse_typographic_quotes(line: str) -> None:
    """Refuse a command line with a value that stands in quotes of typography.

    Raises:
        CommandRefusedError: `unicode_quote`, with the line in straight quotes as the suggestion.
    """
    mended = ""
    first = ""
    at = 0
    while at < len(line):
        if skipped := _SKIPPED.match(line, at):
            mended += skipped.group()
            at = skipped.end()
        elif _OPENING.match(line, at):
            end = _end_of_quoted(line, at)
            mended += _straightened(line[at:end])
            first = first or line[at:end]
            at = end
        else:
            mended += line[at]
            at += 1
    if first:
        raise refused("unicode_quote", part=first, char=code_point(first[0]), suggestion=mended)


def _end_of_quoted(line: str, opening: int) -> int:
    """Return the offset after the closing quote, of the same kind and at the end of a word.

    A straight one closes where no other does; where none closes, the mark stands alone.
    """
    straight = _STRAIGHT[line[opening]]
    for kind in (_DOUBLE if straight == '"' else _SINGLE, straight):
        if closing := re.compile(rf"[{kind}](?!\w)").search(line, opening + 1):
            return closing.end()
    return opening + 1


def _straightened(quoted: str) -> str:
    """Return what stands in quotes of typography, in straight ones that it does not hold itself."""
    inside = quoted[1:-1]
    if not inside:
        return ""
    straight = _STRAIGHT[quoted[0]]
    if straight in inside:
        straight = "'" if straight == '"' else '"'
    return straight + inside + straight
