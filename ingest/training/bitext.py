"""How well translations find each other: retrieval among all sentences of a held-out set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Ranks = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalScore:
    """How one set of queries fared."""

    hit_at_1: float
    mrr: float
    count: int


def ranks_of_match(queries: Vectors, candidates: Vectors) -> Ranks:
    """Return the rank (from 1) at which query i finds candidate i, by cosine.

    Everything that is not strictly less similar than the match stands before it: ties, and
    similarities that are no number. So vectors that are all alike, zero or NaN never score.

    Raises:
        ValueError: The two shapes differ.
    """
    if queries.shape != candidates.shape:
        raise ValueError(f"shapes differ: {queries.shape} and {candidates.shape}")
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        similarity = _normalized(queries) @ _normalized(candidates).T
        own = np.diagonal(similarity)[:, None]
        before = ~(similarity < own)
    # Each match is "not less similar than itself": it counts as the rank's 1.
    ranks: Ranks = before.sum(axis=1).astype(np.int64)
    return ranks


def _normalized(vectors: Vectors) -> Vectors:
    divided: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return divided


def retrieval_score(queries: Vectors, candidates: Vectors) -> RetrievalScore:
    """Summarize `ranks_of_match`."""
    ranks = ranks_of_match(queries, candidates)
    return RetrievalScore(
        hit_at_1=float((ranks == 1).mean()), mrr=float((1 / ranks).mean()), count=len(ranks)
    )


def mean_cosine(left: Vectors, right: Vectors) -> float:
    """Return the mean cosine between rows; NaN where a row has no direction."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return float((_normalized(left) * _normalized(right)).sum(axis=1).mean())


def neighbours_kept(
    queries: Vectors,
    candidates: Vectors,
    taught_queries: Vectors,
    taught_candidates: Vectors,
    *,
    count: int = 10,
) -> float:
    """Return how much of the teacher's neighbourhoods a student keeps: mean overlap at `count`.

    Where queries and candidates are the same texts (as many of each), a text is not its own
    neighbour. A query whose similarities are not all numbers, or all alike, keeps nothing.

    Args:
        queries: The student's, shape (queries, dimensions).
        candidates: The student's, shape (candidates, dimensions).
        taught_queries: The teacher's vectors of the same queries.
        taught_candidates: The teacher's vectors of the same candidates.
        count: How many neighbours are compared; fewer where there are fewer candidates.
    """
    count = min(count, len(candidates) - 1)
    seen = _similarities(queries, candidates)
    wanted = _nearest(_similarities(taught_queries, taught_candidates), count)
    found = _nearest(np.nan_to_num(seen, nan=-2.0), count)
    shared = (wanted[:, :, None] == found[:, None, :]).any(axis=2).mean(axis=1)
    numbers = np.isfinite(seen).all(axis=1)
    distinct = seen.max(axis=1) > np.median(seen, axis=1)
    return float(np.where(numbers & distinct, shared, 0.0).mean())


def _similarities(queries: Vectors, candidates: Vectors) -> Vectors:
    with np.errstate(invalid="ignore", divide="ignore"):
        similarities: Vectors = _normalized(queries) @ _normalized(candidates).T
    if len(queries) == len(candidates):
        np.fill_diagonal(similarities, -2.0)
    return similarities


def _nearest(similarities: Vectors, count: int) -> NDArray[np.int64]:
    nearest: NDArray[np.int64] = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
    return nearest
