"""Which candidates answer a question that compares two things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kb.answering.flag_lookup import owner_of
from kb.model import ChunkKind
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm, chunk_terms, coverage

Side = Callable[[Candidate], bool]
"""Tells whether a candidate is about one of the things compared."""

_SEPARATORS: Final = tuple(
    re.compile(rf"\s(?:{words})\s", re.IGNORECASE)
    for words in (
        r"vs\.?|versus|or|или|против",
        r"from|than|to|от|чем",
        r"and|with|и|с",
    )
)
"""What stands between the two, the surest first."""
_HELD: Final = 0.6
_CLOSE: Final = 1.0
"""How far a candidate that holds both sides may be behind the best one."""


def both_sides(ranking: Ranking) -> list[Candidate]:
    """Return a candidate that holds what is compared, or the best one for each side."""
    top = ranking.candidates[0]
    sides = _sides(ranking)
    if len(ranking.question.flags) > 1 and (found := _of_one_command(sides, ranking)):
        return found
    whole = [c for c in ranking.candidates if sides and all(side(c) for side in sides)]
    if whole and whole[0].score >= top.score - _CLOSE:
        return [whole[0]]
    found = [next(filter(side, ranking.candidates), top) for side in sides] or [top]
    return _distinct(found)


def _of_one_command(sides: Sequence[Side], ranking: Ranking) -> list[Candidate]:
    """Return the flags compared under the first command that has them all; empty without one."""
    by_owner: dict[str, list[Candidate]] = {}
    for candidate in ranking.candidates:
        by_owner.setdefault(owner_of(candidate.chunk), []).append(candidate)
    for candidates in by_owner.values():
        found = [next(filter(side, candidates), None) for side in sides]
        if None not in found:
            return _distinct(filter(None, found))
    return []


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list({candidate.chunk.id: candidate for candidate in candidates}.values())


def _sides(ranking: Ranking) -> list[Side]:
    """Return the two things compared: flags, or what stands on both sides of "or"."""
    flags = ranking.question.flags
    if len(flags) > 1:
        return [_about_flag(flag) for flag in flags]
    for separator in _SEPARATORS:
        for match in separator.finditer(ranking.question.text):
            parts = (
                ranking.question.text[: match.start()],
                ranking.question.text[match.end() :],
            )
            sides = [_terms_in(part, ranking.terms) for part in parts]
            if all(sides):
                return [_about_terms(side) for side in sides]
    return []


def _about_flag(flag: str) -> Side:
    return lambda c: c.chunk.kind is ChunkKind.FLAG and flag in c.chunk.flags


def _about_terms(terms: Sequence[WeightedTerm]) -> Side:
    return lambda c: coverage(terms, chunk_terms(c.chunk).body_alone()) > _HELD


def _terms_in(text: str, terms: Sequence[WeightedTerm]) -> list[WeightedTerm]:
    """Return the terms, of those that some note holds, which stand in a part of the question."""
    return [
        term
        for term in terms
        if term.known and re.search(rf"(?<!\w){re.escape(term.content.surface)}(?!\w)", text)
    ]
