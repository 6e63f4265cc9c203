"""The parts of a language model's reply: its lines, and its blocks of code and tables as wholes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from kb.text.fences import Fence, is_closed_by, opened_by

_TABLE_RULE: Final = re.compile(r"(?=[^|]*\|)[ \t|:-]*-[ \t|:-]*")


class PartKind(Enum):
    """What a part is."""

    LINE = auto()
    CODE = auto()
    TABLE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPart:
    """A line, or a block of lines that stand or fall one by one."""

    kind: PartKind
    body: tuple[str, ...]
    """The line itself, the lines of the code, or the rows of the table."""
    before: tuple[str, ...] = ()
    """The fence that opens, without its info; the table's header and rule."""
    after: tuple[str, ...] = ()
    """The fence that closes, whether the reply has it or not."""


def parts_of_reply(reply: str) -> Iterator[ReplyPart]:
    """Yield the parts of a reply in order."""
    lines = reply.split("\n")
    at = 0
    while at < len(lines):
        if fence := opened_by(lines[at]):
            end = _end_of_code(lines, at + 1, fence)
            yield ReplyPart(
                kind=PartKind.CODE,
                body=tuple(lines[at + 1 : end]),
                before=(fence.before + fence.mark,),
                after=(fence.closing,),
            )
            at = end + 1
        elif _TABLE_RULE.fullmatch("".join(lines[at + 1 : at + 2])) and "|" in lines[at]:
            end = _end_of_table(lines, at + 2)
            yield ReplyPart(
                kind=PartKind.TABLE,
                body=tuple(lines[at + 2 : end]),
                before=tuple(lines[at : at + 2]),
            )
            at = end
        else:
            yield ReplyPart(kind=PartKind.LINE, body=(lines[at],))
            at += 1


def _end_of_code(lines: Sequence[str], at: int, fence: Fence) -> int:
    while at < len(lines) and not is_closed_by(fence, lines[at]):
        at += 1
    return at


def _end_of_table(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and "|" in lines[at]:
        at += 1
    return at
