"""Drafts of the labelled questions of a paragraph, and of what stands between them."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.pairs import Pair
from ingest.chunks.places import Place, add_draft
from kb.model import Block, ChunkKind, LineRange


def draft_pairs(
    book: DraftBook, block: Block, place: Place, pairs: Sequence[Pair], *, led_end: int | None
) -> Draft:
    """Draft the questions of a paragraph with their answers; returns the last one.

    Args:
        book: Where the drafts go.
        block: The paragraph.
        place: Where it stands.
        pairs: Its questions and answers, at least one.
        led_end: The last line of the block that the last answer leads to; None where it leads to
            none.
    """
    _draft_around(book, block, place, [pair.lines for pair in pairs])
    *others, last = pairs
    for pair in others:
        _draft_pair(book, pair, place, end=pair.lines.end, answered=pair.answered)
    if led_end is None:
        return _draft_pair(book, last, place, end=block.lines.end, answered=last.answered)
    return _draft_pair(book, last, place, end=led_end, answered=True)


def _draft_pair(book: DraftBook, pair: Pair, place: Place, *, end: int, answered: bool) -> Draft:
    kind, start = ChunkKind.QUESTION, pair.lines.start
    return add_draft(book, place, kind, start, end, question=pair.question, answered=answered)


def _draft_around(
    book: DraftBook, block: Block, place: Place, drafted: Sequence[LineRange]
) -> None:
    """Draft the lines of a paragraph before, between and after those that are drafted."""
    starts = [block.lines.start, *(lines.end + 1 for lines in drafted)]
    ends = [*(lines.start - 1 for lines in drafted), block.lines.end]
    for start, end in zip(starts, ends, strict=True):
        if start <= end:
            add_draft(book, place, ChunkKind.PARAGRAPH, start, end)
