r"""A command over several lines that a comment breaks off: after `\`, or between continued lines.

A shell goes on in the next line only where nothing follows the mark at the end, and a comment that
a line goes on in ends the command. A reader sees one command all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kb.commands.line.tokens import MAX_LENGTH
from kb.text.prompts import SECOND_PROMPT, without_prompt
from kb.text.shell_lines import is_continued, open_quote

_COMMENT: Final = r"(?:#|//(?!\S*/))"
_COMMENT_LINE: Final = re.compile(rf"\s*{_COMMENT}")
_MARK_BEFORE_COMMENT: Final = re.compile(rf"(?:(?<!\\)\\|(?<=\s)[\^`])\s+(?={_COMMENT})")
_NO_PART: Final = re.compile(r"\s*(?:$|(?:sudo\s+)?docker(?:-compose)?(?:\.exe)?\s)")
"""What cannot go on with a command after a comment: a blank line, and the next command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A command that ends before its last line."""

    count: int
    """How many lines were meant as one command."""
    comment: str
    """The first comment in it."""
    mended: str
    """The command on one line, without its comments and prompts."""


def find_interruption(lines: Sequence[str]) -> Interruption | None:
    """Tell where a comment breaks off the command that begins in the first of these lines.

    Where it has quotes over several lines, or is too long, it is read as a shell would: up to a
    comment behind the mark.

    Returns:
        None where the command reaches its end.
    """
    parts: list[str] = []
    comments: list[str] = []
    count, length, is_broken = 0, 0, False
    end_for_shell = 0
    for at, line in enumerate(lines):
        length += len(line)
        if length > MAX_LENGTH:
            return find_interruption(lines[:end_for_shell])
        if comments and _NO_PART.match(line):
            break
        if at and _COMMENT_LINE.match(line):
            comments.append(line.strip())
            continue
        end = _end_before_comment(line)
        part = line if end is None else line[:end]
        if open_quote(part):
            return find_interruption(lines[:end_for_shell])
        end_for_shell = at + 1 if end is not None and not comments else end_for_shell
        comments += [] if end is None else [line[end + 1 :].strip()]
        is_broken = is_broken or bool(comments)
        is_last = end is None and not is_continued(line)
        parts.append(part if end is not None or is_last else part.rstrip()[:-1])
        count = at + 1
        if is_last:
            break
    return (
        Interruption(count=count, comment=comments[0], mended=_join(parts)) if is_broken else None
    )


def _end_before_comment(line: str) -> int | None:
    """Return the offset of a mark that would continue the line but for the comment after it."""
    marks = [found.start() for found in _MARK_BEFORE_COMMENT.finditer(line)]
    return next((at for at in marks if not open_quote(line[:at])), None)


def _join(parts: Sequence[str]) -> str:
    first, *others = parts
    bare = [without_prompt(first), *(SECOND_PROMPT.sub("", part.strip()) for part in others)]
    return " ".join(filter(None, (part.strip() for part in bare)))
