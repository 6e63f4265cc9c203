"""Measures gathered candidates: by vectors, words, tokens, needs and what is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.model import ArmScore, ChunkId, ScoredChunk
from kb.ports import Embedding, FloatArray
from kb.retrieval.candidates import Candidate
from kb.retrieval.features import measure
from kb.retrieval.gathering import ChunkEmbeddings, Gathered
from kb.retrieval.interaction import NO_INTERACTION, Interaction, interact
from kb.retrieval.needs import NO_NEED, Need, NeedMatch

TOKENS_ARM: Final = "tokens"


@dataclass(frozen=True, slots=True)
class _Closeness:
    """How close the question and what it needs are to a chunk's nearest window."""

    cosine: float
    need: NeedMatch


_NOT_CLOSE: Final = _Closeness(0.0, NO_NEED)
"""Of a chunk without vectors."""


def measured(gathered: Gathered) -> list[Candidate]:
    """Return the candidates with all signals and their place in each arm, not yet scored.

    There is an arm of tokens where the index keeps their vectors.
    """
    closeness = _closeness(gathered.asked.vector, gathered.need, gathered.embeddings)
    interactions = _interactions(gathered.asked, gathered.embeddings)
    dense, lexical = _by_rank(gathered.dense), _by_rank(gathered.lexical)
    arms = {"dense": dense, "lexical": lexical}
    if interactions:
        arms[TOKENS_ARM] = _by_rank(_best_first(interactions))
    best = max((place.score for place in lexical.values()), default=0.0)
    candidates = []
    for chunk in gathered.chunks:
        place, found = lexical.get(chunk.id), dense.get(chunk.id)
        near = closeness.get(chunk.id, _NOT_CLOSE)
        features = measure(
            gathered.question,
            gathered.terms,
            chunk,
            # The dense arm alone has cosines where an index keeps no embeddings.
            dense=found.score if found else near.cosine,
            lexical=place.score / best if place and best > 0 else 0.0,
            interaction=interactions.get(chunk.id, NO_INTERACTION),
            need=near.need,
            meant=gathered.meant.match(chunk),
        )
        places = {arm: scores[chunk.id] for arm, scores in arms.items() if chunk.id in scores}
        candidates.append(Candidate(chunk=chunk, features=features, score=0.0, arms=places))
    return candidates


def _closeness(
    asked: FloatArray, need: Need | None, embeddings: ChunkEmbeddings
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


def _interactions(asked: Embedding, embeddings: ChunkEmbeddings) -> dict[ChunkId, Interaction]:
    """Return how well each chunk with token vectors meets the question; empty without any."""
    if not asked.tokens.size:
        return {}
    tokens = {
        chunk: [window.tokens for window in own if window.tokens.size]
        for chunk, own in embeddings.items()
    }
    told = {chunk: own for chunk, own in tokens.items() if own}
    return dict(zip(told, interact(asked.tokens, list(told.values())), strict=True))


def _by_rank(scored: Sequence[ScoredChunk]) -> dict[ChunkId, ArmScore]:
    return {one.chunk: ArmScore(rank=n, score=one.score) for n, one in enumerate(scored, 1)}


def _best_first(interactions: Mapping[ChunkId, Interaction]) -> list[ScoredChunk]:
    """Return the chunks by how well they meet the question."""
    ordered = sorted(interactions.items(), key=lambda item: -item[1].mean)
    return [ScoredChunk(chunk=chunk, score=one.mean) for chunk, one in ordered]
