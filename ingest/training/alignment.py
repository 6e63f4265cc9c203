"""IBM model 1 over token ids: which English token does a Russian token stand for?

Brown et al. 1993, "The Mathematics of Statistical Machine Translation". All links of all pairs are
kept as flat arrays, so that an iteration is three `bincount`s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationTable:
    """p(target token | source token) for the links that occur, sorted by source id."""

    source: Ids
    target: Ids
    probability: Floats

    def best(self, source: int, *, count: int) -> list[tuple[int, float]]:
        """Return up to `count` (target id, probability), the likeliest first."""
        start, end = np.searchsorted(self.source, [source, source + 1])
        chosen = np.argsort(-self.probability[start:end], kind="stable")[:count] + start
        return [(int(self.target[i]), float(self.probability[i])) for i in chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Links:
    keys: Ids
    """Every link's source * width + target."""
    position: Ids
    """Which target position, counted over all pairs, the link explains."""


def translation_table(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], *, vocabulary_size: int, iterations: int
) -> TranslationTable:
    """Learn p(target | source) from pairs of (source ids, target ids) by expectation maximization.

    A source token that stands for nothing (id `vocabulary_size`) is added to every pair, so that
    words without a counterpart need not be explained by a wrong one.
    """
    links = _links(pairs, null=vocabulary_size, width=vocabulary_size)
    keys, link_type = np.unique(links.keys, return_inverse=True)
    source = keys // vocabulary_size
    probability = np.ones(len(keys))
    for _ in range(iterations):
        share = probability[link_type]
        share /= np.bincount(links.position, weights=share)[links.position]
        expected = np.bincount(link_type, weights=share, minlength=len(keys))
        probability = expected / np.bincount(source, weights=expected)[source]
    return TranslationTable(source=source, target=keys % vocabulary_size, probability=probability)


def _links(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], *, null: int, width: int
) -> _Links:
    keys: list[Ids] = []
    positions: list[Ids] = []
    seen = 0
    for source_ids, target_ids in pairs:
        source = np.array([*source_ids, null], dtype=np.int64)
        target = np.array(target_ids, dtype=np.int64)
        keys.append((source[:, None] * width + target[None, :]).ravel())
        positions.append(np.tile(np.arange(seen, seen + len(target)), len(source)))
        seen += len(target)
    return _Links(keys=np.concatenate(keys), position=np.concatenate(positions))
