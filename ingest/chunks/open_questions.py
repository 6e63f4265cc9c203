"""What is still to be written: a bare `TODO` is a question that the note leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingest.chunks.drafts import DraftBook
from ingest.chunks.places import Place, add_draft
from ingest.chunks.signals import asks
from kb.model import Block, BlockKind, ChunkKind
from kb.text.unwritten import says_nothing

_TEXT: Final = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST})


def is_unwritten(block: Block) -> bool:
    """Tell whether a block only says that something is still to be written."""
    return block.kind in _TEXT and says_nothing(block.text)


def draft_open_block(book: DraftBook, block: Block, place: Place) -> None:
    """Draft a bare `TODO` as an open question; one within a whole answers nothing at all."""
    if place.parent is None:
        start, end = block.lines.start, block.lines.end
        kind, question = ChunkKind.QUESTION, block.lines
        add_draft(book, place, kind, start, end, question=question, answered=False)


def draft_open_heading(book: DraftBook, heading: Block, first: Block, place: Place) -> Place:
    """Draft a heading whose text is still to be written as an open question.

    Args:
        book: Where the draft goes.
        heading: What is still to be written about.
        first: The block below it, which says so.
        place: Where that stands.

    Returns:
        The place of what follows.
    """
    above = Place(trail=heading.heading_trail)
    kind, question = ChunkKind.QUESTION, heading.lines
    start, end = heading.lines.start, first.lines.end
    add_draft(book, above, kind, start, end, question=question, answered=False)
    # What follows is no answer, and would be found as one by the words of the question.
    return replace(place, trail=heading.heading_trail) if asks(heading.content) else place
