"""Drafts of code: a file in pieces, and lines that are explained one by one."""

from __future__ import annotations

from typing import Final

from ingest.chunks.commented_lines import commented_lines
from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.grouping import pieces_of
from ingest.chunks.places import Place, add_draft
from ingest.chunks.shell import command_lines
from kb.model import Block, ChunkKind
from kb.text.file_kinds import kind_of_file

MAX_CODE_CHARS: Final = 50_000
"""A fence is one piece, as half a file is of no use to anyone; a longer one is a dump of data."""


def draft_file(book: DraftBook, block: Block, place: Place, *, start: int) -> Draft:
    """Draft code that is no commands; returns the first piece.

    Args:
        book: Where the drafts go.
        block: The code.
        place: Where it stands.
        start: The line where it begins, or what leads to it.
    """
    (_, end), *others = pieces_of(block, MAX_CODE_CHARS)
    draft = add_draft(book, place, ChunkKind.CODE, start, end)
    for first, last in others:
        add_draft(book, place, ChunkKind.CODE, first, last)
    return draft


def draft_commented(book: DraftBook, block: Block, place: Place, *, whole: Draft) -> None:
    """Draft the lines of code that have a comment of their own, as parts of the whole code."""
    source = block.text.split("\n")
    file = kind_of_file(block.content, block.info)
    for own in commented_lines(block):
        first = own.start - block.lines.start
        code = "\n".join(source[first : own.end - block.lines.start + 1])
        commands = command_lines(code, block.info) if whole.commands else ()
        kind = ChunkKind.COMMAND if commands else ChunkKind.CODE
        line = add_draft(book, place, kind, own.start, own.end, commands=commands, parent=whole)
        line.told = file
