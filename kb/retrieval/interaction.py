"""Late interaction: how well each token of the question is met in a passage.

A text's one vector blurs what a passage says line by line; its tokens' vectors, each made in the
light of the whole text, keep it (Khattab & Zaharia 2020, "ColBERT").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.ports import FloatArray, TokenArray

_STEPS: Final = np.float32(127)
_TINY: Final = np.float32(1e-12)
_TELLING: Final = 0.6
"""A token is telling from this share of the heaviest token's weight on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """How well a chunk meets a question, token by token; each -1..1."""

    mean: float
    """Mean over the question's tokens, by their weight, of the nearest token's cosine."""
    least: float
    """The same of the telling token that is met worst."""


NO_INTERACTION: Final = Interaction(mean=0.0, least=0.0)
"""Of chunks or questions without token vectors."""


def interact(question: FloatArray, chunks: Sequence[Sequence[TokenArray]]) -> list[Interaction]:
    """Return how well each chunk meets the question.

    Args:
        question: One vector for each token, as long as its weight, shape (tokens, dimension).
        chunks: Of each chunk the token vectors of its windows; the best window counts.
    """
    windows = [window for own in chunks for window in own]
    weights = np.linalg.norm(question, axis=1)
    if not windows or not weights.any():
        return [NO_INTERACTION] * len(chunks)
    nearest = _nearest(question / np.maximum(weights, _TINY)[:, None], windows)
    means = (weights / weights.sum()) @ nearest
    leasts = nearest[weights >= _TELLING * weights.max()].min(axis=0)
    found = []
    first = 0
    for own in chunks:
        best = first + int(np.argmax(means[first : first + len(own)])) if own else -1
        found.append(
            Interaction(mean=float(means[best]), least=float(leasts[best]))
            if own
            else NO_INTERACTION
        )
        first += len(own)
    return found


def _nearest(question: FloatArray, windows: Sequence[TokenArray]) -> FloatArray:
    """Return the highest cosine of each token in each window, shape (tokens, windows)."""
    told = np.concatenate(windows).astype(np.float32)
    starts = np.cumsum([0, *(len(window) for window in windows[:-1])])
    nearest: FloatArray = np.maximum.reduceat(question @ told.T, starts, axis=1)
    return nearest / _STEPS
