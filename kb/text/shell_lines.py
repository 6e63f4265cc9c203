r"""Lines of a shell as it would read them: continued, over several lines within quotes, commented.

A comment begins with `#`, or with `//`, as notes have it, unless that begins a path (`//c/Users`)
or, with other programs than docker, the name of a machine (`//nas`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kb.text.command_lines import called_words
from kb.text.prompts import PROMPT, SECOND_PROMPT, without_prompt

COMMENT: Final = re.compile(r"#|//(?!\S*/)")
_DOCKER: Final = (["docker"], ["docker-compose"])
_MAX_QUOTED: Final = 8192
"""Quotes over more characters than this are none."""
_MAY_NAME_MACHINES: Final = re.compile(r"#|//(?=\s|$|[^\x00-\x7f])")


def _quoting(comment: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"""\\.|(?:^|(?<=\s))(?P<comment>{comment.pattern})|['"]""")


_QUOTING: Final = _quoting(COMMENT)
"""What opens or closes a quote, keeps one from it, or ends the line before it."""
_QUOTING_ELSEWHERE: Final = _quoting(_MAY_NAME_MACHINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """What a shell reads as one line."""

    first: int
    """Index of its first line."""
    last: int
    text: str
    """Its lines as they stand, but for the shell's second prompt."""


def logical_lines(lines: Sequence[str], is_call: Callable[[str], bool]) -> Iterator[LogicalLine]:
    """Yield the lines, taken together where one goes on in the next.

    Args:
        lines: Of a script, or of a session with its prompts.
        is_call: Tells whether a line without its prompt begins a command; only of one are quotes
            read, since what is none may hold an apostrophe.
    """
    first = 0
    while first < len(lines):
        continued = last = _last_continued(lines, first)
        if is_call(without_prompt(lines[first])):
            last = max(last, _last_quoted(lines, first))
        text = _together(lines[first : continued + 1], lines[continued + 1 : last + 1])
        yield LogicalLine(first=first, last=last, text=text)
        first = last + 1


def _last_continued(lines: Sequence[str], at: int) -> int:
    while at + 1 < len(lines) and is_continued(lines[at]):
        at += 1
    return at


def _last_quoted(lines: Sequence[str], first: int) -> int:
    """Return the last line of a command with quotes over several; `first` where one stays open."""
    at, length = first, 0
    quote = open_quote(lines[at])
    while (quote or is_continued(lines[at])) and at + 1 < len(lines) and length <= _MAX_QUOTED:
        at += 1
        quote = open_quote(lines[at], quote)
        length += len(lines[at])
    return first if quote else at


def _together(lines: Sequence[str], quoted: Sequence[str]) -> str:
    """Join lines, those within quotes without the shell's second prompt where all have it."""
    if PROMPT.match(lines[0].strip()) and all(map(SECOND_PROMPT.match, quoted)):
        quoted = [SECOND_PROMPT.sub("", line) for line in quoted]
    return "\n".join([*lines, *quoted])


def is_continued(line: str) -> bool:
    r"""Tell whether a line goes on in the next one: `\`, or a blank and `^` or a backtick.

    A backtick may close a substitution as well, and two backslashes are one that is meant.
    """
    end = line.rstrip()
    if end.endswith("\\"):
        return not end.endswith("\\\\")
    if not end[-2:-1].isspace():
        return False
    return end.endswith("^") or (end.endswith("`") and end.count("`") % 2 == 1)


def join_continued(text: str) -> str:
    """Return a logical line with its continued lines on one; line ends within quotes stay."""
    before, *others = text.split("\n")
    joined, quote = before, ""
    for line in others:
        quote = open_quote(before, quote)
        if is_continued(before):
            # The shell's second prompt stands before what continues a line.
            own = SECOND_PROMPT.sub("", line.lstrip())
            joined = joined.rstrip()[:-1].rstrip() + " " + (line if quote else own)
        else:
            joined += "\n" + line
        before = line
    return joined


def open_quote(line: str, quote: str = "") -> str:
    """Return the quote that is open at the end of a line.

    Args:
        line: Without its end.
        quote: What is open at its beginning; empty for none.
    """
    return _read_quotes(line, quote, _QUOTING)[0]


def without_comment(line: str) -> str:
    """Return a command without the comment behind it."""
    is_docker = called_words(line)[:1] in _DOCKER
    quoting = _QUOTING if is_docker else _QUOTING_ELSEWHERE
    return line[: _read_quotes(line, "", quoting)[1]].rstrip()


def _read_quotes(line: str, quote: str, quoting: re.Pattern[str]) -> tuple[str, int]:
    """Return the quote that is open at a line's end or comment, and where that begins."""
    for found in quoting.finditer(line):
        mark = found.group()
        if mark in {"'", '"'} or (quote == "'" and mark == "\\'"):
            quote = "" if quote == mark[-1] else quote or mark
        elif not quote and found["comment"]:
            return "", found.start()
    return quote, len(line)
