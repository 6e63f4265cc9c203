"""Whether the notes answer a question at all.

A small network over signals of the best candidates gives the probability; it is fitted on questions
with known answers by `kb.evaluation.refusal_fit`, and kept in `abstention.json` with the threshold
that was chosen on the refusal curve; for an index with fewer signals there is a file of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from kb.answering.meant import held_commands
from kb.commands.naming import named_with_program
from kb.model import ChunkKind
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import ChunkTerms, chunk_terms, coverage, match
from kb.retrieval.features import FEATURE_NAMES
from kb.retrieval.fitted import SignalSet, fitted_file
from kb.retrieval.network import SignalNetwork, from_stored
from kb.text.intent import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Signals that the best candidate answers the question."""

    dense: float
    """Cosine of the best candidate."""
    dense_same: float
    """`dense` where candidate and question are in one language, else 0."""
    tokens: float
    """How well the question's tokens are met in the best candidate."""
    tokens_least: float
    """How well the worst met of its telling tokens is met there."""
    best_dense: float
    """The highest cosine of all candidates."""
    coverage: float
    """Share of the question's content that the best candidate holds."""
    missing: float
    """Weight of the most telling word that the best candidate lacks, over the highest weight."""
    unknown: float
    """Share of the question's content that no note holds."""
    lead: float
    """The sentence that leads the best candidate has the same content words."""
    purpose: float
    """What the best candidate's command or flag is for has the same content words."""
    score: float
    """The ranking's score of the best candidate, over ten."""
    brevity: float
    """One over the number of the question's content words: few words leave much open."""
    question: float
    """The best candidate answers a question with the same words."""
    defines: float
    """The best candidate defines what the question asks for."""
    command: float
    """The best candidate is about a command that the question names."""
    command_unknown: float
    """The question names a docker command that no candidate is about."""
    need_sure: float
    """How near the best candidate is to the common need that the question is surely about."""
    need_unmet: float
    """How much farther the best candidate is from that need than the question."""
    command_meant: float
    """How surely the question means a docker command, in whatever words, 0..0.5."""
    command_missing: float
    """The same where no candidate has that command, else 0."""
    kind: float
    """The best candidate is of a kind that suits the question."""
    flag_explained: float
    """The question asks for a flag, and the notes explain it."""
    flag_unknown: float
    """The question names a flag that the best candidate does not explain."""
    margin: float
    """How far the best candidate is ahead of the next that is not chosen, -1..1."""
    runner_up: float
    """The ranking's score of the second candidate, over ten."""
    tokens_same: float
    """`tokens` where candidate and question are in one language, else 0."""
    coverage_same: float
    """`coverage` of the best candidate where it is in the question's language, else 0."""
    need: float
    """How near the best candidate is to what the question needs, said plainly."""
    name_unknown: float
    """A Russian question has a name in Latin letters that no note holds."""
    reading: float
    """What the reranker makes of the best candidate; 0 without one."""
    reading_best: float
    """The highest that it makes of any candidate."""
    reading_same: float
    """`reading` where candidate and question are in one language, else 0."""


_EXPLAINING: Final = frozenset({ChunkKind.FLAG, ChunkKind.COMMAND})
EVIDENCE_NAMES: Final = tuple(field.name for field in fields(Evidence))
_OF_ALL: Final = frozenset({"coverage", "command_meant"})
"""Signals that a candidate has too, but that are of all that is chosen, or of the question."""
_OF_BEST: Final = (frozenset(EVIDENCE_NAMES) & frozenset(FEATURE_NAMES)) - _OF_ALL
"""Signals that are the best candidate's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The fitted model."""

    network: SignalNetwork
    """Over the signals in the order of `EVIDENCE_NAMES`."""
    bias: float
    threshold: float
    """Least probability at which a question is answered."""

    def to_json(self) -> str:
        """Return the model as it is kept in `abstention.json`."""
        stored = self.network.to_stored(EVIDENCE_NAMES)
        numbers = {"constant": round(self.bias, 4), "threshold": round(self.threshold, 4)}
        return json.dumps({**stored, **numbers}, indent=1) + "\n"


@lru_cache(maxsize=3)
def load_calibration(signals: SignalSet) -> Calibration:
    """Return the model that was fitted for these; a signal that is not fitted counts nothing."""
    name = fitted_file("abstention", signals)
    text = files("kb.answering").joinpath(name).read_text(encoding="utf-8")
    stored = json.loads(text)
    return Calibration(
        network=from_stored(stored, EVIDENCE_NAMES),
        bias=float(stored["constant"]),
        threshold=float(stored["threshold"]),
    )


def gather(ranking: Ranking, chosen: Sequence[Candidate]) -> Evidence:
    """Return the signals that the chosen candidates, at least one, answer the question.

    What several of them hold counts together: the sides of a comparison answer as one.
    """
    best, ranked = chosen[0], ranking.candidates
    features, flags = best.features, ranking.question.flags
    held = _united(chunk_terms(candidate.chunk) for candidate in chosen)
    known = held_commands(ranking)
    reading = _reading(ranking, chosen)
    return Evidence(
        **{name: getattr(features, name) for name in _OF_BEST},
        best_dense=max(candidate.features.dense for candidate in ranked),
        coverage=coverage(ranking.terms, held),
        missing=_heaviest_missing(ranking, held),
        unknown=_unknown_share(ranking),
        score=best.score / 10,
        brevity=1 / max(1, len(ranking.terms)),
        command_unknown=float(_names_unknown_command(ranking, known)),
        command_meant=ranking.meant.certainty,
        command_missing=ranking.meant.certainty * ranking.meant.are_missing(known),
        flag_explained=float(bool(flags) and _explains_flag(best)),
        flag_unknown=_flag_unknown(ranking, features.flag),
        margin=_margin(ranking, chosen),
        runner_up=ranked[1].score / 10 if len(ranked) > 1 else 0.0,
        name_unknown=float(_has_unknown_name(ranking)),
        reading=reading,
        reading_best=max((c.reading for c in ranked if c.reading is not None), default=0.0),
        reading_same=reading * features.same_language,
    )


def _explains_flag(candidate: Candidate) -> bool:
    return candidate.chunk.kind in _EXPLAINING and candidate.features.flag >= 0.5


def _flag_unknown(ranking: Ranking, match: float) -> float:
    """Return 1 where the best candidate has no asked flag, 0.5 where it only mentions it."""
    if not ranking.question.flags:
        return 0.0
    if match < 0.1:
        return 1.0
    return 0.5 if ranking.question.intent is Intent.FLAG and match < 0.5 else 0.0


def _margin(ranking: Ranking, chosen: Sequence[Candidate]) -> float:
    """Return how far the best of the chosen is ahead of the others, -1..1; 1 without others."""
    best = chosen[0].score
    others = [c.score for c in ranking.candidates if c not in chosen]
    return max(-1.0, min(1.0, best - max(others, default=best - 1)))


def _reading(ranking: Ranking, chosen: Sequence[Candidate]) -> float:
    """Return the reading of the chosen; of the first, where the chosen is a larger chunk of it."""
    read = [c.reading for c in (*chosen, ranking.candidates[0]) if c.reading is not None]
    return read[0] if read else 0.0


def _united(parts: Iterable[ChunkTerms]) -> ChunkTerms:
    held = list(parts)
    return ChunkTerms(
        body=frozenset().union(*(one.body for one in held)),
        context=frozenset().union(*(one.context for one in held)),
        setting=frozenset().union(*(one.setting for one in held)),
    )


def _heaviest_missing(ranking: Ranking, held: ChunkTerms) -> float:
    top = max((term.idf for term in ranking.terms), default=0.0)
    if not top:
        return 0.0
    return max(term.idf * (1 - match(term, held)) for term in ranking.terms) / top


def _names_unknown_command(ranking: Ranking, known: Collection[str]) -> bool:
    """Tell whether the question names a docker command, with its program, that no candidate has."""
    named = named_with_program(ranking.question.text)
    return bool(named) and not any(one.spec.path in known for one in named)


def _has_unknown_name(ranking: Ranking) -> bool:
    names = (
        t for t in ranking.terms if t.content.surface.isascii() and t.content.surface.isalpha()
    )
    return ranking.question.language == "ru" and any(not name.known for name in names)


def _unknown_share(ranking: Ranking) -> float:
    total = sum(term.idf for term in ranking.terms)
    return sum(term.idf for term in ranking.terms if not term.known) / total if total else 0.0


def probability(evidence: Evidence, calibration: Calibration) -> float:
    """Return the probability (0..1) that the notes answer with the best candidate."""
    signals = np.array([getattr(evidence, name) for name in EVIDENCE_NAMES], np.float32)
    z = calibration.bias + float(calibration.network.scores(signals))
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, z))))
