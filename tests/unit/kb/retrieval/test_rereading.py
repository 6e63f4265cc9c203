"""The first candidates are read again, and what is read decides among them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kb.model import Chunk, Query
from kb.ports import FloatArray, Index
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.features import measure
from kb.retrieval.fitted import SignalSet
from kb.retrieval.question import parse_question
from kb.retrieval.rereading import (
    FARTHEST,
    READING_DEPTH,
    RERANKER_ARM,
    Rereading,
    load_rereading,
    read_again,
    reranked,
)
from kb.retrieval.retriever import Retriever
from kb.store.memory import MemoryEmbeddingStore
from tests.chunks import make_chunk
from tests.fakes import FakeEmbedder
from tests.indexes import memory_index

QUESTION = Query(text="which port", language="en")
NOTES = {"a.md": "# A\n\nThe port is open.\n\nThe port is closed.\n\nThe port is far.\n"}


class WordReranker:
    """Rates a chunk high that has a word, and remembers what it was asked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[tuple[str, list[str]]] = []

    def read(self, question: str, chunks: Sequence[Chunk]) -> FloatArray:
        self.asked.append((question, [chunk.text for chunk in chunks]))
        return np.array([4.0 if self.word in c.text else -4.0 for c in chunks], dtype=np.float32)


class ReadingEmbedder(FakeEmbedder):
    """A FakeEmbedder that comes with a reranker."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.own = WordReranker(word)

    @property
    def reranker(self) -> WordReranker:  # type: ignore[override]
        return self.own


def ranking_of(*scores: float) -> Ranking:
    parsed = parse_question(QUESTION)
    chunks = [make_chunk(f"place {n}", start=n + 1) for n in range(len(scores))]
    return Ranking(
        question=parsed,
        terms=(),
        candidates=tuple(
            Candidate(
                chunk=chunk,
                features=measure(parsed, (), chunk, dense=0.5, lexical=0.0),
                score=score,
                arms={},
            )
            for chunk, score in zip(chunks, scores, strict=True)
        ),
        has_tokens=True,
    )


def reading_index(word: str) -> tuple[Index, WordReranker]:
    embedder = ReadingEmbedder(word)
    return replace(memory_index(NOTES), embedder=embedder), embedder.own


def test_the_first_few_are_read_with_the_question() -> None:
    reranker = WordReranker("none")
    read = read_again(ranking_of(*np.linspace(3, 2, READING_DEPTH + 4).tolist()), reranker)
    assert reranker.asked == [("which port", [f"place {n}" for n in range(READING_DEPTH)])]
    assert [c.reading is None for c in read.candidates] == [False] * READING_DEPTH + [True] * 4


def test_what_is_far_behind_is_not_read() -> None:
    reranker = WordReranker("none")
    read = read_again(ranking_of(3.0, 1.4, 1.2), reranker)
    assert reranker.asked == [("which port", ["place 0", "place 1"])]
    assert read.candidates[2].reading is None


def test_one_that_is_far_ahead_need_not_be_read_for_its_order() -> None:
    reranker = WordReranker("none")
    before = ranking_of(3.0, 3.0 - FARTHEST)
    assert read_again(before, reranker, least=2) is before
    assert reranker.asked == []
    assert len(read_again(ranking_of(3.0, 2.9), reranker, least=2).candidates) == 2
    assert len(reranker.asked) == 1


def test_nothing_found_is_nothing_read() -> None:
    reranker = WordReranker("none")
    assert read_again(ranking_of(), reranker).candidates == ()
    assert reranker.asked == []


def test_what_reads_best_comes_first_and_what_was_not_read_stays_behind() -> None:
    scores = (3.0, 2.8, 2.6, 2.4, 2.2, 2.1)
    assert len(scores) > READING_DEPTH
    order = reranked(read_again(ranking_of(*scores), WordReranker("2")), Rereading(weight=1.0))
    assert [c.chunk.text for c in order.candidates] == [f"place {n}" for n in (2, 0, 1, 3, 4, 5)]
    found = [c.score for c in order.candidates]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(6.6)
    assert found[-1] == pytest.approx(-1.9)


def test_a_ranking_that_nothing_has_read_stays_as_it_is() -> None:
    before = ranking_of(2.0, 1.0)
    assert reranked(before, Rereading(weight=1.0)) is before


def test_the_reranker_tells_its_rank_and_score_as_an_arm() -> None:
    index, reranker = reading_index("closed")
    hits = Retriever().search(index, QUESTION, top_k=3)
    assert reranker.asked[0][0] == "which port"
    read = [hit for hit in hits if RERANKER_ARM in hit.arms]
    best = min(read, key=lambda hit: hit.arms[RERANKER_ARM].rank)
    assert best.chunk.text == "The port is closed."
    assert best.arms[RERANKER_ARM].score == 4.0


def test_it_is_told_by_which_signals_a_ranking_was_made() -> None:
    index, _ = reading_index("closed")
    whole = Retriever().rank(index, QUESTION)
    assert whole.signals is SignalSet.ALL
    assert "reading" in whole.timings_ms
    unread = Retriever(rereads=False).rank(index, QUESTION)
    assert unread.signals is SignalSet.NO_READINGS
    blind = Retriever().rank(replace(index, embeddings=MemoryEmbeddingStore()), QUESTION)
    assert blind.signals is SignalSet.NO_TOKENS


def test_readings_count() -> None:
    assert load_rereading().weight > 0
