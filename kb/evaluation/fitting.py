"""Fits all learnt numbers on the development questions and writes them into the package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import kb
from kb.answering.abstention import load_calibration
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
from kb.retrieval.ranking import RankingModel, empty_model, load_model
from kb.retrieval.retriever import Ranking, Retriever

_MAX_FALSE_REFUSALS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSet:
    """Questions that may be learnt from, over the notes that they are asked of."""

    index: Index
    questions: Sequence[GoldQuestion]
    weight: float
    """What all of its questions count together."""


def fit(practice: Sequence[PracticeSet]) -> dict[str, float]:
    """Fit ranking and refusal on questions, write them, and return the refusal's weights."""
    # The candidates of a question are the same whatever the weights are.
    unordered = _rank_all(practice, Retriever(empty_model()))
    model = fit_ranking(ranking_examples(unordered))
    ordered = [replace(one, ranking=one.ranking.reordered(model)) for one in unordered]
    calibration = fit_refusal(ordered, max_false_refusals=_MAX_FALSE_REFUSALS)
    refusal = {name: round(value, 3) for name, value in calibration.weights.items()}
    write(model, refusal, calibration.bias, calibration.threshold)
    return refusal


def _rank_all(practice: Sequence[PracticeSet], retriever: Retriever) -> list[Ranked]:
    return [
        Ranked(gold=gold, ranking=ranking, weight=one.weight / len(one.questions))
        for one in practice
        for gold in one.questions
        if (ranking := _rank(retriever, one.index, gold)).candidates
    ]


def _rank(retriever: Retriever, index: Index, gold: GoldQuestion) -> Ranking:
    turns: list[Turn] = []
    for text in gold.history:
        turns.append(Turn(question=text, standalone_question=resolve(text, turns)))
    return retriever.rank(index, gold.query_for(resolve(gold.question, turns)))


def write(model: RankingModel, refusal: Mapping[str, float], bias: float, threshold: float) -> None:
    """Write the fitted numbers where the package reads them."""
    package = Path(kb.__file__).parent
    (package / "retrieval" / "ranking.json").write_text(model.to_json(), encoding="utf-8")
    calibration = {
        "bias": round(bias, 3),
        "threshold": round(threshold, 4),
        "weights": refusal,
    }
    text = json.dumps(calibration, indent=2) + "\n"
    (package / "answering" / "abstention.json").write_text(text, encoding="utf-8")
    load_model.cache_clear()
    load_calibration.cache_clear()
