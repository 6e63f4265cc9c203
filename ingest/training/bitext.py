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
