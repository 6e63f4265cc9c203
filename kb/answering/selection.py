"""Which candidates make the answer: as few as the question allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.model import Chunk, ChunkKind
from kb.retrieval.coverage import WeightedTerm, chunk_terms, match
from kb.retrieval.question import command_name, named_commands
from kb.retrieval.retriever import Candidate, Ranking
from kb.text.intent import Intent, asks_for_example, asks_for_flags

_MAX_MEANINGS: Final = 4
_NAMED: Final = 0.99
_LONG_FIX: Final = 30
"""Lines from which on an entry is not cited whole for one of its steps."""
_NEAR_LINES: Final = 15
"""How far from a file's text the command that uses it may stand."""
_COMPOSE_FILE: Final = re.compile(r"^\s*services:\s*$", re.MULTILINE)
_DOCKERFILE: Final = re.compile(r"^\s*FROM\s+\S", re.MULTILINE)
_COMPOSE_UP: Final = re.compile(r"docker[- ]compose\b.*\sup\b")
_BUILD: Final = re.compile(r"docker (?:image )?build\b")


def select(ranking: Ranking) -> list[Candidate]:
    """Return the candidates to quote, the one that answers first; empty without candidates."""
    if not ranking.candidates:
        return []
    intent = ranking.question.intent
    if intent is Intent.FLAG and (meanings := _flag_meanings(ranking)):
        return meanings
    if not ranking.question.flags and (flags := _flags_of_command(ranking)):
        return flags
    if intent is Intent.COMPARISON:
        return _both_sides(ranking)
    best = _with_its_fix(ranking.candidates[0], ranking)
    return _with_its_command(_with_what_it_announces(best, ranking), ranking)


def is_looked_up(ranking: Ranking, chosen: Sequence[Candidate]) -> bool:
    """Tell whether the notes' own structure gave the answer: all flags of a command named."""
    if ranking.question.flags or not asks_for_flags(ranking.question.text):
        return False
    named = set(named_commands(ranking.question.text))
    return all(c.chunk.kind is ChunkKind.FLAG and owner_of(c.chunk) in named for c in chosen)


def _flags_of_command(ranking: Ranking) -> list[Candidate]:
    """Return every flag of the command, where the question asks for all of them."""
    if not asks_for_flags(ranking.question.text):
        return []
    named = set(named_commands(ranking.question.text))
    found = [
        c
        for c in ranking.candidates
        if c.chunk.kind is ChunkKind.FLAG and owner_of(c.chunk) in named
    ]
    places = {(c.chunk.note, owner_of(c.chunk)) for c in found[:1]}
    entry = [c for c in found if (c.chunk.note, owner_of(c.chunk)) in places]
    return sorted(entry, key=lambda c: c.chunk.lines)


def _with_what_it_announces(candidate: Candidate, ranking: Ranking) -> Candidate:
    """Return the larger chunk for one that ends in a colon ("For example:") and is cut there."""
    chunk = candidate.chunk
    wants_term = ranking.question.intent is Intent.DEFINITION
    if wants_term and not asks_for_example(ranking.question.text):
        return candidate
    if not chunk.text.rstrip().endswith(":"):
        return candidate
    wholes = (
        other
        for other in ranking.candidates
        if (other.chunk.note, other.chunk.lines.start) == (chunk.note, chunk.lines.start)
        and other.chunk.lines.end > chunk.lines.end
    )
    return next(wholes, candidate)


def _with_its_command(candidate: Candidate, ranking: Ranking) -> list[Candidate]:
    """Return a Compose file or Dockerfile with the command near it that uses it."""
    chunk = candidate.chunk
    user = _user_of(chunk)
    users = [
        c
        for c in ranking.candidates
        if user is not None
        and c.chunk.note == chunk.note
        and any(map(user.match, c.chunk.commands))
        and _distance(c.chunk, chunk) <= _NEAR_LINES
    ]
    nearest = sorted(users, key=lambda c: _distance(c.chunk, chunk))[:1]
    return [candidate, *nearest]


def _user_of(chunk: Chunk) -> re.Pattern[str] | None:
    """Return what a command looks like that uses the file in a code block."""
    if chunk.kind is not ChunkKind.CODE or chunk.commands:
        return None
    if _COMPOSE_FILE.search(chunk.text):
        return _COMPOSE_UP
    return _BUILD if _DOCKERFILE.search(chunk.text) else None


def _distance(one: Chunk, other: Chunk) -> int:
    return max(one.lines.start - other.lines.end, other.lines.start - one.lines.end, 0)


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
