"""Drafts of tables: rows with their header, flags that rows explain, the table as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.flags import flags_at_head
from ingest.chunks.grouping import group_blocks
from ingest.chunks.lists import add_flag_row
from ingest.chunks.places import Owner, Place
from ingest.chunks.shell import is_command
from ingest.inline import code_pieces, plain_text
from kb.model import Block, BlockKind, ChunkKind
from kb.text.prompts import without_prompt

MAX_TABLE_CHARS: Final = 3000
"""A longer table is cut between its rows."""
MAX_SINGLE_ROWS: Final = 500
"""The rows of a longer table are data, found by the part of the table that they stand in."""
_HEADER_CELL_CHARS: Final = 60


def draft_table(book: DraftBook, block: Block, place: Place, *, lead: Block | None = None) -> None:
    """Draft a table: parts of it with the header in their context, and each row for itself."""
    rows = [row for row in block.children if row.kind is BlockKind.TABLE_ROW and row.level > 0]
    columns = _columns_of(block)
    start = lead.lines.start if lead else block.lines.start
    for number, group in enumerate(group_blocks(rows, MAX_TABLE_CHARS) or [[]]):
        whole = book.add(
            Draft(
                kind=ChunkKind.TABLE_ROW,
                start=start if number == 0 else group[0].lines.start,
                end=group[-1].lines.end if group else block.lines.end,
                trail=place.trail,
                commands=place.owner.commands,
                columns=columns,
                parent=place.parent or place.owner.draft,
            )
        )
        for row in group:
            _draft_row(book, row, place, columns, whole, is_listed=len(rows) <= MAX_SINGLE_ROWS)


def _draft_row(
    book: DraftBook,
    row: Block,
    place: Place,
    columns: tuple[str, ...],
    whole: Draft,
    *,
    is_listed: bool,
) -> None:
    """Draft a row; in a very long table only where it explains flags or a command."""
    flags = _flags_of(row)
    if flags:
        owner = (
            place.owner if place.owner.draft else Owner(commands=place.owner.commands, draft=whole)
        )
        add_flag_row(book, row, flags, replace(place, owner=owner))
        return
    command = _command_of(row)
    if not (command or is_listed):
        return
    book.add(
        Draft(
            kind=ChunkKind.COMMAND if command else ChunkKind.TABLE_ROW,
            start=row.lines.start,
            end=row.lines.end,
            trail=place.trail,
            commands=(command,) if command else place.owner.commands,
            columns=columns,
            parent=whole,
        )
    )


def _columns_of(block: Block) -> tuple[str, ...]:
    """Return what heads each column of a table, empty where a cell of the header is."""
    header = next((row for row in block.children if row.level == 0), None)
    cells = header.children if header else ()
    return tuple(plain_text(cell.content)[:_HEADER_CELL_CHARS] for cell in cells)


def _flags_of(row: Block) -> tuple[str, ...]:
    """Return the flags in the first filled cells, while they hold flags (`-p`, `--publish`)."""
    flags: list[str] = []
    for cell in row.children:
        if not cell.content:
            continue
        found = flags_at_head(cell.content)
        if not found or (flags and len(plain_text(cell.content).split()) > len(found) + 1):
            break
        flags += found
    return tuple(dict.fromkeys(flags))


def _command_of(row: Block) -> str:
    for cell in row.children:
        pieces = list(code_pieces(cell.content))
        if (
            len(pieces) == 1
            and pieces[0].code == plain_text(cell.content)
            and is_command(pieces[0].code)
        ):
            return without_prompt(pieces[0].code)
    return ""
