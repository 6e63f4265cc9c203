"""The second look: the first few candidates are read together with the question.

Comparing vectors finds the right chunk among the first few nearly always, but not always first. A
reranker reads each of those with the question, which tells more and takes longer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

from kb.model import ArmScore
from kb.ports import Reranker
from kb.retrieval.candidates import Candidate, Ranking

READING_DEPTH: Final = 4
"""Candidates that are read at the most."""
FARTHEST: Final = 1.7
"""What is so far behind the best candidate's score is not read: reading does not make that good."""
RERANKER_ARM: Final = "reranker"
FITTED_FILE: Final = "rereading.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """The fitted number."""

    weight: float
    """What a reading counts beside the ranking's score."""

    def to_json(self) -> str:
        """Return the model as it is kept in `rereading.json`."""
        return json.dumps({"weight": round(self.weight, 4)}, indent=1) + "\n"


@lru_cache(maxsize=1)
def load_rereading() -> Rereading:
    """Return the fitted model."""
    stored = json.loads(files("kb.retrieval").joinpath(FITTED_FILE).read_text(encoding="utf-8"))
    return Rereading(weight=float(stored["weight"]))


def read_again(ranking: Ranking, reranker: Reranker, *, least: int = 1) -> Ranking:
    """Return the ranking with readings of the first candidates, in the same order.

    Args:
        ranking: What has been found.
        reranker: What reads.
        least: Read none where fewer candidates are worth it.
    """
    asked = _worth_reading(ranking.candidates)
    if len(asked) < max(1, least):
        return ranking
    readings = reranker.read(ranking.question.text, [one.chunk for one in asked]).tolist()
    ranks = {reading: rank for rank, reading in enumerate(sorted(readings, reverse=True), start=1)}
    read = [
        replace(
            one,
            reading=reading,
            arms={**one.arms, RERANKER_ARM: ArmScore(rank=ranks[reading], score=reading)},
        )
        for one, reading in zip(asked, readings, strict=True)
    ]
    return replace(ranking, candidates=(*read, *ranking.candidates[len(read) :]))


def reranked(ranking: Ranking, model: Rereading) -> Ranking:
    """Return the ranking in the order that its readings give; those not read stay behind.

    Every score moves by its reading; what was not read, by the lowest.
    """
    readings = [c.reading for c in ranking.candidates if c.reading is not None]
    if not readings:
        return ranking
    lowest = min(readings)
    scored = [
        c.scored(c.score + model.weight * (lowest if c.reading is None else c.reading))
        for c in ranking.candidates
    ]
    return replace(ranking, candidates=tuple(sorted(scored, key=lambda c: -c.score)))


def _worth_reading(candidates: Sequence[Candidate]) -> list[Candidate]:
    first = candidates[:READING_DEPTH]
    return [one for one in first if one.score > first[0].score - FARTHEST]
