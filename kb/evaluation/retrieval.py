"""How well the right lines are found, arm by arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import Share, first_right_rank, mean, overlaps, share
from kb.model import AnswerStatus
from kb.ports import Index
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.features import FEATURE_NAMES
from kb.retrieval.ranking import load_model, signal_matrix
from kb.retrieval.retriever import Retriever

_STRUCTURE: Final = frozenset(
    {"flag", "flag_owner", "command", "question", "kind", "part", "defines", "lead", "purpose"}
)
_FUSED: Final = frozenset({"dense", "lexical"})
_RRF_K: Final = 60
"""The constant of reciprocal rank fusion (Cormack et al. 2009)."""
_EMBEDDER_DEPTH: Final = 50

Scorer = Callable[[Candidate], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalFigures:
    """Figures of one arm on one slice of the questions."""

    arm: str
    slice: str
    hit_at_1: Share
    recall_at_5: Share
    mrr: float


def scorers() -> Mapping[str, Scorer]:
    """Return how each arm scores a candidate."""
    model = load_model(with_tokens=True)
    plain = np.array([name not in _STRUCTURE for name in FEATURE_NAMES], np.float32)

    def without_structure(candidate: Candidate) -> float:
        return float(model.scores(signal_matrix([candidate.features]) * plain)[0])

    return {
        "BM25": lambda c: c.arms["lexical"].score if "lexical" in c.arms else -1.0,
        "dense": lambda c: c.features.dense,
        "late interaction": lambda c: c.features.tokens,
        "RRF": lambda c: sum(
            1 / (_RRF_K + place.rank) for arm, place in c.arms.items() if arm in _FUSED
        ),
        "hybrid": without_structure,
        "hybrid + structure": lambda c: c.score,
    }


def rank_all(
    retriever: Retriever, index: Index, questions: Sequence[GoldQuestion]
) -> list[tuple[GoldQuestion, Ranking]]:
    """Return the ranking of each question that the notes answer and that has no history."""
    asked = [q for q in questions if q.status is not AnswerStatus.NOT_FOUND and not q.history]
    return [(question, retriever.rank(index, question.query)) for question in asked]


def measure_arms(rankings: Sequence[tuple[GoldQuestion, Ranking]]) -> list[RetrievalFigures]:
    """Return the figures of every arm, over all questions and for each direction."""
    figures = []
    slices = _slices([question for question, _ in rankings])
    for arm, scorer in scorers().items():
        for name in slices:
            chosen = [pair for pair in rankings if name in {"all", pair[0].direction}]
            figures.append(_figures(arm, name, [_rank(q, r, scorer) for q, r in chosen]))
    return figures


def measure_embedder(
    name: str, index: Index, questions: Sequence[GoldQuestion]
) -> list[RetrievalFigures]:
    """Return the figures of an index's vectors alone, as an arm of this name."""
    asked = [q for q in questions if q.status is not AnswerStatus.NOT_FOUND and not q.history]
    ranks = [(question, _vector_rank(question, index)) for question in asked]
    return [
        _figures(name, part, [rank for q, rank in ranks if part in {"all", q.direction}])
        for part in _slices(asked)
    ]


def _slices(questions: Sequence[GoldQuestion]) -> list[str]:
    return ["all", *sorted({question.direction for question in questions})] if questions else []


def _vector_rank(question: GoldQuestion, index: Index) -> int | None:
    vector = index.embedder.embed_query(question.question).vector
    found = index.vectors.query(vector, top_k=_EMBEDDER_DEPTH, notes=None)
    chunks = {chunk.id: chunk for chunk in index.catalog.chunks([one.chunk for one in found])}
    places = [(chunks[one.chunk].note, chunks[one.chunk].lines) for one in found]
    right = [overlaps(place, question.relevant) for place in places]
    return first_right_rank([one.score for one in found], right)


def _rank(question: GoldQuestion, ranking: Ranking, scorer: Scorer) -> int | None:
    scores = [scorer(candidate) for candidate in ranking.candidates]
    right = [
        overlaps((candidate.chunk.note, candidate.chunk.lines), question.relevant)
        for candidate in ranking.candidates
    ]
    return first_right_rank(scores, right)


def _figures(arm: str, name: str, ranks: Sequence[int | None]) -> RetrievalFigures:
    return RetrievalFigures(
        arm=arm,
        slice=name,
        hit_at_1=share([rank == 1 for rank in ranks]),
        recall_at_5=share([rank is not None and rank <= 5 for rank in ranks]),
        mrr=mean([1 / rank if rank else 0.0 for rank in ranks]),
    )
