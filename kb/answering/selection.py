"""Which candidates make the answer: as few as the question allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kb.model import Chunk, ChunkKind
from kb.retrieval.coverage import WeightedTerm, chunk_terms, match
from kb.retrieval.question import command_name
from kb.retrieval.retriever import Candidate, Ranking
from kb.text.intent import Intent

_MAX_MEANINGS: Final = 4
_NAMED: Final = 0.99
_LONG_FIX: Final = 30
"""Lines from which on an entry is not cited whole for one of its steps."""


def select(ranking: Ranking) -> list[Candidate]:
    """Return the candidates to quote, the one that answers first; empty without candidates."""
    if not ranking.candidates:
        return []
    intent = ranking.question.intent
    if intent is Intent.FLAG and (meanings := _flag_meanings(ranking)):
        return meanings
    if intent is Intent.COMPARISON:
        return _both_sides(ranking)
    return [_with_its_fix(ranking.candidates[0], ranking)]


def _with_its_fix(candidate: Candidate, ranking: Ranking) -> Candidate:
    """Return the whole entry for a candidate that is only its question or symptom, or a step.

    Who meets an error wants every step of the fix, not the line that names the error.
    """
    chunk = candidate.chunk
    for other in ranking.candidates:
        asked = other.chunk.question_lines
        if other.chunk.id != chunk.parent or asked is None:
            continue
        only_asks = asked.start <= chunk.lines.start and chunk.lines.end <= asked.end
        is_step = (
            ranking.question.intent is Intent.TROUBLE
            and other.chunk.kind is ChunkKind.TROUBLESHOOTING
            and other.chunk.lines.end - other.chunk.lines.start < _LONG_FIX
        )
        if only_asks or is_step:
            return other
    return candidate


def _flag_meanings(ranking: Ranking) -> list[Candidate]:
    """Return what the asked flags mean, under each command that has them.

    A command that the question names decides; else every command's meaning is shown once.
    """
    explained = [
        c
        for c in ranking.candidates
        if c.chunk.kind is ChunkKind.FLAG and c.features.flag >= _NAMED
    ]
    exact = [c for c in explained if c.features.flag_owner >= _NAMED]
    chosen: list[Candidate] = []
    seen: set[tuple[str, ...]] = set()
    for candidate in exact or explained:
        owners = {owner_of(candidate.chunk), candidate.chunk.flags[0]}
        key = tuple(sorted(owners))
        if key not in seen:
            seen.add(key)
            chosen.append(candidate)
    return chosen[: 1 if exact and len(ranking.question.flags) == 1 else _MAX_MEANINGS]


def owner_of(chunk: Chunk) -> str:
    """Return the name of the command that owns a chunk (`docker run`), or an empty string."""
    return " ".join(command_name(chunk.commands[0])) if chunk.commands else ""


def _both_sides(ranking: Ranking) -> list[Candidate]:
    """Return a chunk that holds what is compared, or the best chunk for each side."""
    sides = sorted(ranking.terms, key=lambda term: -term.idf)
    sides = [term for term in sides if term.known][:2]
    if len(sides) < 2:
        return [ranking.candidates[0]]
    whole = [c for c in ranking.candidates if all(_holds(c, side) for side in sides)]
    top = ranking.candidates[0]
    if whole and whole[0].score >= top.score - 1.0:
        return [whole[0]]
    return _distinct([next((c for c in ranking.candidates if _holds(c, s)), top) for s in sides])


def _holds(candidate: Candidate, term: WeightedTerm) -> bool:
    return match(term, chunk_terms(candidate.chunk), 0.0) > 0.6


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({candidate.chunk.id: candidate for candidate in candidates}.values())
