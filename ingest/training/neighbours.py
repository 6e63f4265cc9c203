"""Which texts of many are near each other."""

from __future__ import annotations

from typing import Final

import numpy as np

from ingest.training.pairs import Indices
from ingest.training.student import Matrix

_BLOCK: Final = 500


def nearest_others(
    vectors: Matrix, *, count: int, same: float, first: int | None = None
) -> Indices:
    """Return the nearest others of texts, the nearest first, shape (texts, at most count).

    Args:
        vectors: Unit vectors, shape (texts, dimensions).
        count: Others of each.
        same: What has a higher cosine says the same, and is none of them.
        first: Only so many texts are asked, from the first; None for all.
    """
    asked = len(vectors) if first is None else first
    count = min(count, len(vectors) - 1)
    rows = []
    for start in range(0, asked, _BLOCK):
        block = vectors[start : min(start + _BLOCK, asked)] @ vectors.T
        block[block > same] = -1.0  # itself too
        found = np.argpartition(-block, count, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(block, found, axis=1), axis=1)
        rows.append(np.take_along_axis(found, order, axis=1))
    return np.concatenate(rows)
