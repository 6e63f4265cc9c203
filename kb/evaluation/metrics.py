"""Figures of quality. Each fails on NaN and on no data, and counts ties against itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kb.model import LineRange, NoteId

Place = tuple[NoteId, LineRange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of successes with its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float
    count: int
    """How many trials."""

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.2f}-{self.high:.2f}]"


def share(successes: Sequence[bool]) -> Share:
    """Return the share of successes with its interval.

    Raises:
        ValueError: There are no trials.
    """
    count = len(successes)
    if not count:
        raise ValueError("no trials to take a share of")
    z = 1.96
    p = sum(successes) / count
    centre = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return Share(value=p, low=max(0.0, centre - half), high=min(1.0, centre + half), count=count)


def mean(values: Sequence[float]) -> float:
    """Return the mean.

    Raises:
        ValueError: There are no values, or one is not a finite number.
    """
    if not values or not all(math.isfinite(value) for value in values):
        raise ValueError("no values, or one that is not finite")
    return sum(values) / len(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values do not exceed.

    Raises:
        ValueError: There are no values, or one is not a finite number.
    """
    if not values or not all(math.isfinite(value) for value in values):
        raise ValueError("no values, or one that is not finite")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def first_right_rank(scores: Sequence[float], right: Sequence[bool]) -> int | None:
    """Return the 1-based rank of the best right item, or None where none is right.

    An item of the same score that is wrong counts as ranked before it.

    Raises:
        ValueError: A score is not a finite number.
    """
    if not all(math.isfinite(score) for score in scores):
        raise ValueError("a score is not a finite number")
    best = max((s for s, ok in zip(scores, right, strict=True) if ok), default=None)
    if best is None:
        return None
    return 1 + sum(s >= best and not ok for s, ok in zip(scores, right, strict=True))


def overlaps(place: Place, wanted: Sequence[Place]) -> bool:
    """Tell whether the place shares a line with one that is wanted."""
    note, lines = place
    return any(note == other and lines.overlaps(their) for other, their in wanted)


def right_lines(cited: Sequence[Place], wanted: Sequence[Place]) -> tuple[int, int]:
    """Return how many distinct lines are cited, and how many of them are wanted."""
    mine = _lines(cited)
    return len(mine), len(mine & _lines(wanted))


def _lines(places: Sequence[Place]) -> set[tuple[NoteId, int]]:
    return {(note, line) for note, lines in places for line in range(lines.start, lines.end + 1)}
