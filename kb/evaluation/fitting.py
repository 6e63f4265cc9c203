"""Fits all learnt numbers on the development questions and writes them into the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import kb
from kb.answering import abstention
from kb.answering.abstention import EVIDENCE_NAMES, Calibration
from kb.answering.followups import resolve
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.tuning import (
    Ranked,
    fit_ranking,
    fit_refusal,
    ranking_examples,
)
from kb.model import Turn
from kb.ports import Index
from kb.retrieval import ranking
from kb.retrieval.ranking import RankingModel, empty_model
from kb.retrieval.retriever import Ranking, Retriever

_MAX_FALSE_REFUSALS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSet:
    """Questions that may be learnt from, over the notes that they are asked of."""

    index: Index
    questions: Sequence[GoldQuestion]
    weight: float
    """What all of its questions count together."""


def fit(practice: Sequence[PracticeSet]) -> dict[str, float]:
    """Fit ranking and refusal on questions, write them, and return the refusal's direct weights.

    They are fitted twice: for an index with token vectors, and for one without.
    """
    # The candidates of a question are the same whatever the weights are.
    unordered = _rank_all(practice, Retriever(empty_model()))
    blind = [replace(one, ranking=one.ranking.without_tokens()) for one in unordered]
    _fit_one(blind, with_tokens=False)
    return _fit_one(unordered, with_tokens=True)


def _fit_one(unordered: Sequence[Ranked], *, with_tokens: bool) -> dict[str, float]:
    model = fit_ranking(ranking_examples(unordered))
    ordered = [replace(one, ranking=one.ranking.reordered(model)) for one in unordered]
    calibration = fit_refusal(ordered, max_false_refusals=_MAX_FALSE_REFUSALS)
    _write(model, calibration, with_tokens=with_tokens)
    return dict(zip(EVIDENCE_NAMES, calibration.network.linear.tolist(), strict=True))


def _rank_all(practice: Sequence[PracticeSet], retriever: Retriever) -> list[Ranked]:
    return [
        Ranked(gold=gold, ranking=found, weight=one.weight / len(one.questions))
        for one in practice
        for gold in one.questions
        if (found := _rank(retriever, one.index, gold)).candidates
    ]


def _rank(retriever: Retriever, index: Index, gold: GoldQuestion) -> Ranking:
    turns: list[Turn] = []
    for text in gold.history:
        turns.append(Turn(question=text, standalone_question=resolve(text, turns)))
    return retriever.rank(index, gold.query_for(resolve(gold.question, turns)))


def _write(model: RankingModel, calibration: Calibration, *, with_tokens: bool) -> None:
    """Write the fitted numbers where the package reads them."""
    package = Path(kb.__file__).parent
    ranking_file = package / "retrieval" / ranking.fitted_file("ranking", with_tokens=with_tokens)
    ranking_file.write_text(model.to_json(), encoding="utf-8")
    refusal_file = (
        package / "answering" / ranking.fitted_file("abstention", with_tokens=with_tokens)
    )
    refusal_file.write_text(calibration.to_json(), encoding="utf-8")
    ranking.load_model.cache_clear()
    abstention.load_calibration.cache_clear()
