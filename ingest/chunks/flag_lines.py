"""Drafts of a paragraph whose lines explain flags, below the lines of the commands they belong to.

`borg create repo::NAME ~/docs - makes an archive` has the flags that stand further in below it, and
`borg list repo - shows the archives`, further out again, is a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.chunks.bare_commands import leading_command, typed_head
from ingest.chunks.drafts import DraftBook
from ingest.chunks.flags import flags_along, flags_at_head
from ingest.chunks.lists import add_flag, add_paragraph
from ingest.chunks.places import Owner, Place, add_draft
from kb.model import Block, ChunkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Lines that belong together, by their numbers in the paragraph."""

    lines: range
    explains: bool
    """The first line explains a flag, and the others go on with it."""


def draft_flag_lines(book: DraftBook, block: Block, place: Place) -> bool:
    """Draft a paragraph whose lines explain flags; returns False where it is none."""
    lines = block.text.split("\n")
    runs = list(_runs(lines))
    flagged = [number for number, run in enumerate(runs) if run.explains]
    if not flagged:
        return False
    if flagged == [1] and not _is_owned(*lines[runs[0].lines[-1] :][:2]):
        return False
    for number, run in enumerate(runs):
        start = block.lines.start + run.lines.start
        if run.explains:
            flags = flags_along(lines[run.lines.start])
            add_flag(book, start, block.lines.start + run.lines[-1], flags, place)
            continue
        following = runs[number + 1].lines.start if number + 1 < len(runs) else None
        below = lines[following] if following is not None else ""
        place = _draft_others(book, lines[run.lines.start : run.lines.stop], below, start, place)
    return True


def _runs(lines: Sequence[str]) -> Iterator[_Run]:
    """Cut lines into flags, each with what goes on with it, and what is between them."""
    start, explains = 0, bool(flags_at_head(lines[0]))
    for number in range(1, len(lines)):
        is_flag = bool(flags_at_head(lines[number]))
        # A line further out than the flag before it is about something else.
        ends = explains and _indent(lines[number]) < _indent(lines[start])
        if is_flag or ends:
            yield _Run(lines=range(start, number), explains=explains)
            start, explains = number, is_flag
    yield _Run(lines=range(start, len(lines)), explains=explains)


def _draft_others(
    book: DraftBook, lines: Sequence[str], below: str, start: int, place: Place
) -> Place:
    """Draft lines that explain no flag; returns the place of the flags below them."""
    first = 0
    for number, line in enumerate(lines):
        is_last = number == len(lines) - 1
        command = _command_above(line, below) if is_last and below else _command_of(line)
        if not command:
            continue
        if first < number:
            add_paragraph(book, start + first, start + number - 1, place)
        at = start + number
        draft = add_draft(book, place, ChunkKind.COMMAND, at, at, commands=(command,))
        first = number + 1
        if is_last and below:
            return replace(place, owner=Owner(commands=(command,), draft=draft))
    if first < len(lines):
        add_paragraph(book, start + first, start + len(lines) - 1, place)
    return place


def _command_of(line: str) -> str:
    return leading_command(line.strip()) or typed_head(line.strip())


def _is_owned(line: str, below: str) -> bool:
    """Tell whether a single flag stands further in than the command that it belongs to."""
    return _indent(below) > _indent(line) and bool(_command_above(line, below))


def _command_above(line: str, below: str) -> str:
    """Return the command of the line above a flag; the flag further in shows that it is one."""
    is_further_in = _indent(below) > _indent(line)
    return _command_of(line) or (typed_head(line.strip(), is_sure=True) if is_further_in else "")


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
