"""Candidates for an answer, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.model import ArmScore, Chunk
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.features import Features
from kb.retrieval.fitted import SignalSet
from kb.retrieval.manual import NOTHING_MEANT, MeantCommands
from kb.retrieval.network import SignalNetwork
from kb.retrieval.question import ParsedQuestion
from kb.retrieval.ranking import signal_matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk with all that speaks for it."""

    chunk: Chunk
    features: Features
    score: float
    arms: Mapping[str, ArmScore]
    reading: float | None = None
    """What the reranker makes of it, any real number; None where it has not read it."""

    def scored(self, score: float) -> Candidate:
        """Return the same with another score; `replace` takes four times as long."""
        return Candidate(
            chunk=self.chunk,
            features=self.features,
            score=score,
            arms=self.arms,
            reading=self.reading,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The candidates for a question, best first."""

    question: ParsedQuestion
    terms: tuple[WeightedTerm, ...]
    candidates: tuple[Candidate, ...]
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    has_tokens: bool = False
    """Whether there were token vectors to compare."""
    meant: MeantCommands = NOTHING_MEANT
    """Which docker commands the question may mean."""

    @property
    def signals(self) -> SignalSet:
        """Which signals there were to judge by."""
        if any(candidate.reading is not None for candidate in self.candidates):
            return SignalSet.ALL
        return SignalSet.NO_READINGS if self.has_tokens else SignalSet.NO_TOKENS

    def without_tokens(self) -> Ranking:
        """Return the candidates as they are measured where there are no token vectors."""
        blind = [replace(c, features=c.features.without_tokens()) for c in self.candidates]
        return replace(self, candidates=tuple(blind), has_tokens=False)

    def reordered(self, model: SignalNetwork) -> Ranking:
        """Return the same candidates in the order of another model."""
        return replace(self, candidates=in_order(self.candidates, model))


def in_order(candidates: Sequence[Candidate], model: SignalNetwork) -> tuple[Candidate, ...]:
    """Return the candidates with their scores, best first; ties fall to the earlier line."""
    scores = model.scores(signal_matrix([candidate.features for candidate in candidates]))
    scored = [
        candidate.scored(score)
        for candidate, score in zip(candidates, scores.tolist(), strict=True)
    ]
    return tuple(sorted(scored, key=lambda c: (-c.score, c.chunk.note, c.chunk.lines)))
