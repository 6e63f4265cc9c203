"""Fits all learnt numbers on the development questions and writes them into the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import kb
from kb.answering import abstention
from kb.answering.abstention import EVIDENCE_NAMES, Calibration
from kb.answering.conversation.followups import resolve
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.ranking_fit import Ranked, fit_ranking, fit_rereading, ranking_examples
from kb.evaluation.refusal_fit import fit_refusal
from kb.model import Turn
from kb.ports import Index
from kb.retrieval import ranking, rereading
from kb.retrieval.candidates import Ranking
from kb.retrieval.fitted import SignalSet, fitted_file
from kb.retrieval.rereading import read_again, reranked
from kb.retrieval.retriever import Retriever
from kb.text.asking import asked_part

_MAX_FALSE_REFUSALS: Final = 0.05
_GOLD_WEIGHT: Final = 0.3
_PRACTICE_WEIGHT: Final = 0.4
_LESSONS_WEIGHT: Final = 0.3
"""What the development questions, the practice and the lessons count in a fit."""

Asked: TypeAlias = tuple[Index, Sequence[GoldQuestion]]
"""Questions, and the index of the notes that they are asked of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSet:
    """Questions that may be learnt from, over the notes that they are asked of."""

    index: Index
    questions: Sequence[GoldQuestion]
    weight: float
    """What all of its questions count together."""


def fit_on(*, gold: Asked, practice: Asked, lessons: Asked) -> dict[str, float]:
    """Fit on the development questions, the practice and the lessons; see `fit`."""
    weighed = ((gold, _GOLD_WEIGHT), (practice, _PRACTICE_WEIGHT), (lessons, _LESSONS_WEIGHT))
    return fit(
        [
            PracticeSet(index=index, questions=questions, weight=weight)
            for (index, questions), weight in weighed
        ]
    )


def fit(practice: Sequence[PracticeSet]) -> dict[str, float]:
    """Fit ranking and refusal on questions, write them, and return the refusal's direct weights.

    They are fitted for an index with all signals, and for one with fewer.
    """
    # The candidates of a question are the same whatever the weights are.
    unordered = _rank_all(practice, Retriever(ranking.unordered(), rereads=False))
    blind = [replace(one, ranking=one.ranking.without_tokens()) for one in unordered]
    _fit_refusal(_fit_order(blind, SignalSet.NO_TOKENS), SignalSet.NO_TOKENS)
    ordered = _fit_order(unordered, SignalSet.ALL)
    calibration = _fit_refusal(ordered, SignalSet.NO_READINGS)
    if read := _read_again(ordered, practice):
        calibration = _fit_refusal(_fit_rereading(read), SignalSet.ALL)
    return dict(zip(EVIDENCE_NAMES, calibration.network.linear.tolist(), strict=True))


def _fit_order(unordered: Sequence[Ranked], signals: SignalSet) -> list[Ranked]:
    model = fit_ranking(ranking_examples(unordered))
    _write("retrieval", fitted_file("ranking", signals), ranking.to_json(model))
    ranking.load_model.cache_clear()
    return [replace(one, ranking=one.ranking.reordered(model)) for one in unordered]


def _fit_refusal(ordered: Sequence[Ranked], signals: SignalSet) -> Calibration:
    calibration = fit_refusal(ordered, max_false_refusals=_MAX_FALSE_REFUSALS)
    _write("answering", fitted_file("abstention", signals), calibration.to_json())
    abstention.load_calibration.cache_clear()
    return calibration


def _rank_all(practice: Sequence[PracticeSet], retriever: Retriever) -> list[Ranked]:
    return [
        Ranked(gold=gold, ranking=found, weight=one.weight / len(one.questions))
        for one in practice
        for gold in one.questions
        if (found := _rank(retriever, one.index, gold)).candidates
    ]


def _read_again(ordered: Sequence[Ranked], practice: Sequence[PracticeSet]) -> list[Ranked]:
    """Return the questions with their first candidates read; empty where nothing reads."""
    reranker = practice[0].index.embedder.reranker
    if reranker is None:
        return []
    return [replace(one, ranking=read_again(one.ranking, reranker)) for one in ordered]


def _fit_rereading(read: Sequence[Ranked]) -> list[Ranked]:
    model = fit_rereading(read)
    _write("retrieval", rereading.FITTED_FILE, model.to_json())
    rereading.load_rereading.cache_clear()
    return [replace(one, ranking=reranked(one.ranking, model)) for one in read]


def _rank(retriever: Retriever, index: Index, gold: GoldQuestion) -> Ranking:
    turns: list[Turn] = []
    for text in gold.history:
        turns.append(Turn(question=text, standalone_question=resolve(text, turns)))
    return retriever.rank(index, gold.query_for(resolve(asked_part(gold.question), turns)))


def _write(room: str, name: str, text: str) -> None:
    """Write fitted numbers where the package reads them."""
    (Path(kb.__file__).parent / room / name).write_text(text, encoding="utf-8")
