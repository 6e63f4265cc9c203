"""From a question to ranked chunks: the arms' candidates, measured and put in order."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.model import ArmScore, Chunk, ChunkId, Hit, Query, ScoredChunk
from kb.ports import Embedding, FloatArray, Index, KeptEmbedding
from kb.retrieval import arms
from kb.retrieval.candidates import Candidate, Ranking, in_order
from kb.retrieval.coverage import WeightedTerm, chunk_terms, weigh_terms
from kb.retrieval.features import measure
from kb.retrieval.interaction import NO_INTERACTION, Interaction, interact
from kb.retrieval.manual import NOTHING_MEANT, MeantCommands, meant_commands
from kb.retrieval.needs import NO_NEED, Need, NeedMatch, need_of
from kb.retrieval.question import ParsedQuestion, parse_question
from kb.retrieval.ranking import RankingModel, load_model
from kb.retrieval.rereading import load_rereading, read_again, reranked
from kb.retrieval.respelling import respell

_Embeddings = Mapping[ChunkId, Sequence[KeptEmbedding]]

_ARM_DEPTH: Final = 40
"""How many candidates each arm gives."""
_SIDE_THREADS: Final = 4
"""What is looked up at the same time, beside the questions' own threads."""


class Retriever:
    """Finds the chunks that answer a question.

    Args:
        model: Puts the candidates in order; the fitted one by default.
        rereads: Whether the model's reranker, where it has one, reads the first candidates.
    """

    def __init__(self, model: RankingModel | None = None, *, rereads: bool = True) -> None:
        self._model = model
        self._rereads = rereads
        self._beside = ThreadPoolExecutor(_SIDE_THREADS, thread_name_prefix="search")

    def rank(self, index: Index, query: Query, *, least_read: int = 1) -> Ranking:
        """Return every candidate of the arms, best first; ties fall to the earlier line.

        Args:
            index: What is searched.
            query: What is looked for.
            least_read: Read no candidates where fewer are worth it. For their order alone it is
                two; an answer wants to know how surely a single one answers.
        """
        question = parse_question(respell(query, index))
        watch = _Stopwatch()
        notes = arms.notes_of(index, query.filters)
        beside = self._beside.submit
        words = beside(arms.search_lexical, index, question, top_k=_ARM_DEPTH, notes=notes)
        weighed = beside(weigh_terms, question, index.lexical)
        asked = index.embedder.embed_query(question.text)
        watch.lap("embedding")
        nearest = beside(arms.search_dense, index, question, top_k=_ARM_DEPTH, notes=notes)
        lexical = words.result()
        watch.lap("lexical")
        meant = _meant(index, asked)
        need = need_of(asked.vector, index.embedder.needs)
        watch.lap("meaning")
        dense = nearest.result()
        watch.lap("dense")
        found = arms.search_structure(index, question, top_k=_ARM_DEPTH)
        ids = list(dict.fromkeys([*_ids(dense), *_ids(lexical), *found]))
        kept = beside(index.embeddings.read, ids)
        chunks = index.catalog.chunks(ids)
        if notes is not None:
            chunks = [chunk for chunk in chunks if chunk.note in notes]
        # What says nothing by itself (a word left over at the end of a note) answers nothing.
        chunks = [chunk for chunk in chunks if chunk_terms(chunk).body]
        terms = weighed.result()
        read = kept.result()
        embeddings = {chunk.id: read[chunk.id] for chunk in chunks if chunk.id in read}
        interactions = _interactions(asked, embeddings)
        watch.lap("tokens")
        arm_scores = {"dense": _by_rank(dense), "lexical": _by_rank(lexical)}
        if interactions:
            arm_scores["tokens"] = _by_rank(_as_scored(interactions))
        measured = _measured(
            question,
            terms,
            chunks,
            meant=meant,
            closeness=_closeness(asked.vector, need, embeddings),
            arm_scores=arm_scores,
            interactions=interactions,
        )
        model = self._model or load_model(with_tokens=bool(interactions))
        ranking = Ranking(
            question=question,
            terms=terms,
            candidates=in_order(measured, model),
            timings_ms=watch.laps,
            has_tokens=bool(interactions),
            meant=meant,
        )
        watch.lap("ranking")
        reranker = index.embedder.reranker if self._rereads and ranking.has_tokens else None
        if reranker:
            ranking = reranked(read_again(ranking, reranker, least=least_read), load_rereading())
            watch.lap("reading")
        return ranking

    def search(self, index: Index, query: Query, *, top_k: int) -> list[Hit]:
        """Return the best chunks with the rank and score of each arm."""
        return [
            Hit(chunk=candidate.chunk, score=candidate.score, arms=candidate.arms)
            for candidate in self.rank(index, query, least_read=2).candidates[:top_k]
        ]


@dataclass(frozen=True, slots=True)
class _Closeness:
    """How close the question and what it needs are to a chunk's nearest window."""

    cosine: float
    need: NeedMatch


_NOT_CLOSE: Final = _Closeness(0.0, NO_NEED)
"""Of a chunk without vectors."""


def _meant(index: Index, asked: Embedding) -> MeantCommands:
    if not index.has_vectors:
        return NOTHING_MEANT
    return meant_commands(index.embedder, asked.vector)


def _measured(
    question: ParsedQuestion,
    terms: tuple[WeightedTerm, ...],
    chunks: Sequence[Chunk],
    *,
    meant: MeantCommands,
    closeness: Mapping[ChunkId, _Closeness],
    arm_scores: Mapping[str, Mapping[ChunkId, ArmScore]],
    interactions: Mapping[ChunkId, Interaction],
) -> list[Candidate]:
    """Return the chunks with all signals, not yet scored."""
    best = max((place.score for place in arm_scores["lexical"].values()), default=0.0)
    candidates = []
    for chunk in chunks:
        place = arm_scores["lexical"].get(chunk.id)
        near = closeness.get(chunk.id, _NOT_CLOSE)
        # The dense arm alone has cosines where an index keeps no embeddings.
        found = arm_scores["dense"].get(chunk.id)
        features = measure(
            question,
            terms,
            chunk,
            dense=found.score if found else near.cosine,
            lexical=place.score / best if place and best > 0 else 0.0,
            interaction=interactions.get(chunk.id, NO_INTERACTION),
            need=near.need,
            purpose=meant.match(chunk),
        )
        places = {arm: scores[chunk.id] for arm, scores in arm_scores.items() if chunk.id in scores}
        candidates.append(Candidate(chunk=chunk, features=features, score=0.0, arms=places))
    return candidates


def _closeness(
    asked: FloatArray, need: Need | None, embeddings: _Embeddings
) -> dict[ChunkId, _Closeness]:
    """Compare the question with each chunk: by itself, and by what it needs."""
    if not embeddings:
        return {}
    directions = [asked, need.meaning, need.nearest] if need else [asked]
    windows = np.stack([one.vector for own in embeddings.values() for one in own])
    starts = np.cumsum([0, *(len(own) for own in embeddings.values())])[:-1]
    nearest = np.maximum.reduceat(windows @ np.stack(directions, axis=1), starts).tolist()
    return {
        chunk: _Closeness(
            cosines[0], need.match(meaning=cosines[1], nearest=cosines[2]) if need else NO_NEED
        )
        for chunk, cosines in zip(embeddings, nearest, strict=True)
    }


def _ids(scored: Sequence[ScoredChunk]) -> list[ChunkId]:
    return [one.chunk for one in scored]


def _by_rank(scored: Sequence[ScoredChunk]) -> dict[ChunkId, ArmScore]:
    return {one.chunk: ArmScore(rank=n, score=one.score) for n, one in enumerate(scored, 1)}


def _as_scored(interactions: Mapping[ChunkId, Interaction]) -> list[ScoredChunk]:
    """Return the chunks by how well they meet the question, best first."""
    ordered = sorted(interactions.items(), key=lambda item: -item[1].mean)
    return [ScoredChunk(chunk=chunk, score=one.mean) for chunk, one in ordered]


def _interactions(asked: Embedding, embeddings: _Embeddings) -> dict[ChunkId, Interaction]:
    """Return how well each chunk with token vectors meets the question; empty without any."""
    if not asked.tokens.size:
        return {}
    tokens = {
        chunk: [window.tokens for window in own if window.tokens.size]
        for chunk, own in embeddings.items()
    }
    told = {chunk: own for chunk, own in tokens.items() if own}
    return dict(zip(told, interact(asked.tokens, list(told.values())), strict=True))


class _Stopwatch:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now
