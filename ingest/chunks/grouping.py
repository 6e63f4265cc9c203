"""Cutting a long run of lines, rows or items where their own text says to.

A cut depends on what stands near it, not on how much stands before it, so that a line put in at
the top leaves all groups but the first as they were (content-defined chunking; Muthitacharoen,
Chen and Mazières, "A low-bandwidth network file system", 2001).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from kb.model import Block


def group_by_content(texts: Sequence[str], max_chars: int) -> list[range]:
    """Return groups of neighbours, of at most `max_chars` where no single text is longer.

    Of the places past the middle of a group the one whose text has the smallest hash is taken;
    those before a blank text come first.
    """
    groups: list[range] = []
    start = 0
    while start < len(texts):
        middle, end = _reach(texts, start, max_chars)
        if end < len(texts):
            end = min(range(middle, end + 1), key=lambda place: _rank(texts, place))
        groups.append(range(start, end))
        start = end
    return groups


def group_blocks(blocks: Sequence[Block], max_chars: int) -> list[Sequence[Block]]:
    """Cut an over-long list of items or rows into groups of neighbours."""
    texts = [block.text for block in blocks]
    return [blocks[group.start : group.stop] for group in group_by_content(texts, max_chars)]


def pieces_of(block: Block, max_chars: int) -> list[tuple[int, int]]:
    """Cut an over-long block between its lines, at blank lines where there are some.

    Returns:
        The first and the last line of each piece, 1-based; at least one, none of blank lines alone.
    """
    if len(block.text) <= max_chars:
        return [(block.lines.start, block.lines.end)]
    # A line's end counts as a character of it.
    lines = [f"{line}\n" for line in block.text.split("\n")]
    first = block.lines.start
    return [
        (first + group.start, first + group.stop - 1)
        for group in group_by_content(lines, max_chars)
        if any(map(str.strip, lines[group.start : group.stop]))
    ]


def _reach(texts: Sequence[str], start: int, max_chars: int) -> tuple[int, int]:
    """Return the first and the last place where a group from `start` on may end."""
    middle, end, size = start + 1, start + 1, len(texts[start])
    while end < len(texts) and size + len(texts[end]) <= max_chars:
        size += len(texts[end])
        end += 1
        if size * 2 <= max_chars:
            middle = end
    return middle, end


def _rank(texts: Sequence[str], place: int) -> tuple[bool, int, int]:
    """Order the places: blank first, then by hash; of equal ones the last is the best."""
    following = "\n".join(texts[place : place + 2])
    return bool(texts[place].strip()), zlib.crc32(following.encode("utf-8", "replace")), -place
