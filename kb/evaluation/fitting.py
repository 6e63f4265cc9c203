"""Fits all learnt numbers on the development questions and writes them into the package."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import kb
from kb.answering.abstention import load_calibration
from kb.answering.followups import resolve
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.retrieval import rank_all
from kb.evaluation.tuning import fit_ranking, fit_refusal, named_weights, ranking_examples
from kb.model import Query, Turn
from kb.ports import Index
from kb.retrieval.ranking import load_weights
from kb.retrieval.retriever import Ranking, Retriever

_MAX_FALSE_REFUSALS: Final = 0.1


def fit(index: Index, questions: Sequence[GoldQuestion]) -> dict[str, dict[str, float]]:
    """Fit the ranking's weights and the refusal on questions, and return both by name."""
    examples = ranking_examples(rank_all(Retriever(), index, questions))
    weights = named_weights(fit_ranking(examples))
    retriever = Retriever(weights)
    rankings = [(gold, _rank(retriever, index, gold)) for gold in questions]
    answerable = [(gold, ranking) for gold, ranking in rankings if ranking.candidates]
    calibration = fit_refusal(answerable, max_false_refusals=_MAX_FALSE_REFUSALS)
    refusal = {name: round(value, 3) for name, value in calibration.weights.items()}
    write(weights, refusal, calibration.bias, calibration.threshold)
    return {"ranking": weights, "refusal": refusal}


def _rank(retriever: Retriever, index: Index, gold: GoldQuestion) -> Ranking:
    turns: list[Turn] = []
    for text in gold.history:
        turns.append(Turn(question=text, standalone_question=resolve(text, turns)))
    text = resolve(gold.question, turns)
    return retriever.rank(index, Query(text=text, language=gold.language))


def write(
    weights: dict[str, float], refusal: dict[str, float], bias: float, threshold: float
) -> None:
    """Write the fitted numbers where the package reads them."""
    package = Path(kb.__file__).parent
    _dump(package / "retrieval" / "ranking.json", weights)
    calibration = {
        "bias": round(bias, 3),
        "threshold": round(threshold, 4),
        "weights": refusal,
    }
    _dump(package / "answering" / "abstention.json", calibration)
    load_weights.cache_clear()
    load_calibration.cache_clear()


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
