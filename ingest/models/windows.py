"""Cutting a long text into windows that a model reads whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?…;:]['\")\]»]*\s")

Offsets = Sequence[tuple[int, int]]
"""Start and end character of each token, in order."""


def cut_at_tokens(text: str, offsets: Offsets, budget: int) -> list[str]:
    """Cut `text` into pieces of at most `budget` tokens; joined, the pieces are the text again.

    A cut is made in the second half of a piece: after a line, else after a sentence, else between
    words, else between tokens.

    Args:
        text: What to cut.
        offsets: The tokens of `text`.
        budget: Tokens in a piece, at least 1.
    """
    if budget < 1:
        raise ValueError(f"a window must hold at least one token, not {budget}")
    cuts = [0]
    first = 0
    while len(offsets) - first > budget:
        first = _cut_token(text, offsets, first, first + budget)
        cuts.append(offsets[first][0])
    cuts.append(len(text))
    return [text[start:end] for start, end in pairwise(cuts)]


def keep_tail(text: str, offsets: Offsets, budget: int) -> str:
    """Return the last `budget` tokens of a text, from the beginning of a word where possible."""
    if len(offsets) <= budget:
        return text
    if budget < 1:
        return ""
    start = offsets[len(offsets) - budget][0]
    space = text.find(" ", start)
    return text[space + 1 :] if 0 <= space < len(text) - 1 else text[start:]


def _cut_token(text: str, offsets: Offsets, first: int, last: int) -> int:
    """Return the token in (first, last] that begins the next piece."""
    lowest = first + max(1, (last - first) // 2)
    best, best_rank = last, -1
    for token in range(last, lowest - 1, -1):
        rank = _boundary_rank(text, offsets[token - 1][1], offsets[token][0])
        if rank > best_rank:
            best, best_rank = token, rank
    # A token may share its characters with the one before it (byte-level vocabularies).
    while best > first + 1 and offsets[best][0] < offsets[best - 1][1]:
        best -= 1
    return best


def _boundary_rank(text: str, end: int, start: int) -> int:
    gap = text[end:start]
    if "\n" in gap:
        return 3
    if gap and _SENTENCE_END.search(text[max(0, end - 3) : start]):
        return 2
    return 1 if gap.strip() == "" and gap else 0
