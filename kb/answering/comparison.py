"""Which candidates answer a question that compares two things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kb.answering.command_entries import is_line_of_code
from kb.answering.defining import defines, is_of
from kb.answering.flag_lookup import owner_of
from kb.commands.naming import commands_named
from kb.model import Chunk, ChunkKind
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm, chunk_terms, coverage
from kb.text.command_lines import command_name
from kb.text.intent import Intent, detect_intent

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
    """Return a candidate that holds what is compared, or the best one for each side.

    Where each side has an entry of its own, both entries tell more than what mentions the other.
    """
    top = ranking.candidates[0]
    sides = _sides(ranking)
    if len(ranking.question.flags) > 1:
        if found := _of_one_command(sides, ranking):
            return found
    elif not _tells_difference(top) and len(own := _entries(ranking)) > 1:
        return own
    whole = [c for c in ranking.candidates if sides and all(side(c) for side in sides)]
    if whole and whole[0].score >= top.score - _CLOSE:
        return [whole[0]]
    found = [next(filter(side, ranking.candidates), top) for side in sides] or [top]
    return _distinct(found)


def _tells_difference(candidate: Candidate) -> bool:
    return detect_intent(candidate.chunk.text, has_flag=False) is Intent.COMPARISON


def _entries(ranking: Ranking) -> list[Candidate]:
    """Return the entry of each side: of its flag or command, or what defines it.

    Empty where one side has none.
    """
    found = [_entry(part, ranking) for part in _compared(ranking)]
    return [] if None in found else _distinct(filter(None, found))


def _entry(side: str, ranking: Ranking) -> Candidate | None:
    candidates = ranking.candidates
    if flag := _flag_in(side, ranking):
        return next(filter(_about_flag(flag), candidates), None)
    names = set(commands_named(side))
    commands = (c for c in candidates if c.chunk.kind is ChunkKind.COMMAND)
    own = (c for c in commands if names.intersection(map(command_name, c.chunk.commands)))
    terms = _terms_in(side, ranking.terms)
    return next(own, None) or next((c for c in candidates if _heads(c.chunk, terms)), None)


def _heads(chunk: Chunk, terms: Sequence[WeightedTerm]) -> bool:
    """Tell whether a chunk defines the terms, all of them and no others, or is code they begin."""
    if is_line_of_code(chunk):
        return is_of(chunk.text.split(maxsplit=1)[0], terms)
    return defines(chunk, terms)


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
    return [_about(part, ranking) for part in _compared(ranking)]


def _compared(ranking: Ranking) -> tuple[str, ...]:
    """Return what stands on both sides of "or" or its like: a flag, or what the notes know."""
    text = ranking.question.text
    for separator in _SEPARATORS:
        for match in separator.finditer(text):
            parts = text[: match.start()], text[match.end() :]
            if all(_flag_in(p, ranking) or _terms_in(p, ranking.terms) for p in parts):
                return parts
    return ()


def _flag_in(part: str, ranking: Ranking) -> str:
    return next((flag for flag in ranking.question.flags if flag in part.split()), "")


def _about(part: str, ranking: Ranking) -> Side:
    flag = _flag_in(part, ranking)
    return _about_flag(flag) if flag else _about_terms(_terms_in(part, ranking.terms))


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
