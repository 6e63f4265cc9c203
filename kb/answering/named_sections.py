"""Questions that name a heading or the line that leads to a list: what stands under it answers.

Every piece of a section inherits its heading, so that for such a question all of them look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kb.answering.surroundings import Surroundings
from kb.model import Chunk, ChunkKind
from kb.retrieval.candidates import Candidate
from kb.retrieval.coverage import WeightedTerm, match, text_terms
from kb.retrieval.question import ParsedQuestion
from kb.text.announcing import ends_in_colon
from kb.text.intent import Intent
from kb.text.statements import statements

_ASK_FOR_ALL: Final = frozenset({Intent.OTHER, Intent.LIST, Intent.TROUBLE})
"""Who asks for one thing ("what is", "where", "why") wants one piece."""
_PIECES: Final = frozenset({ChunkKind.PARAGRAPH, ChunkKind.DEFINITION, ChunkKind.LIST_ITEM})
_OF_TEXT: Final = _PIECES | {ChunkKind.LIST}
_MOST_LINES: Final = 12
"""A section with more is not quoted whole."""
_HELD: Final = 0.6
"""A text that matches a word better holds it, and not only a piece of a compound name."""
_NAMED: Final = 0.5
"""Share of the question's content from which on a part is named itself."""


def named_whole(chunk: Chunk, question: ParsedQuestion, terms: Sequence[WeightedTerm]) -> bool:
    """Tell whether a question names what stands above a chunk's statements, and none of them.

    Args:
        chunk: A text; a first statement that ends in a colon leads to the others.
        question: What is asked.
        terms: The question's content.
    """
    if chunk.kind not in _OF_TEXT or question.intent not in _ASK_FOR_ALL or not terms:
        return False
    lead, parts = _lead_and_parts(chunk)
    near = "\n".join([*chunk.heading_trail[-1:], lead])
    above = "\n".join([chunk.title, *chunk.heading_trail, lead])
    return bool(
        len(_held(terms, above)) == len(terms)
        and _held(terms, near)
        and not any(_is_named(part, terms) for part in parts)
    )


def _held(terms: Sequence[WeightedTerm], text: str) -> list[WeightedTerm]:
    held = text_terms(text)
    return [term for term in terms if match(term, held) > _HELD]


def _is_named(part: str, terms: Sequence[WeightedTerm]) -> bool:
    named = sum(term.idf for term in _held(terms, part))
    return named >= _NAMED * sum(term.idf for term in terms)


def named_section(best: Candidate, around: Surroundings) -> list[Candidate]:
    """Return the list or the section that a question names, for a piece of it; else nothing.

    Of a section that is long, or holds more than text, nothing.
    """
    if best.chunk.kind not in _PIECES:
        return []
    whole = around.parent(best)
    if whole is not None and whole.chunk.kind is not ChunkKind.LIST:
        return []
    named = whole or best
    if not named_whole(named.chunk, around.ranking.question, around.ranking.terms):
        return []
    # The piece that was found tells how well the question is met.
    return [replace(best, chunk=whole.chunk)] if whole else _section_of(best, around)


def _section_of(piece: Candidate, around: Surroundings) -> list[Candidate]:
    trail = piece.chunk.heading_trail
    section = [
        c
        for c in around.of_note(piece)
        if c.chunk.heading_trail == trail and c.chunk.parent is None
    ]
    lines = sum(c.chunk.text.count("\n") + 1 for c in section)
    is_text = all(c.chunk.kind in _OF_TEXT for c in section)
    return section if is_text and lines <= _MOST_LINES else []


def _lead_and_parts(chunk: Chunk) -> tuple[str, list[str]]:
    """Return the line that leads to the statements, empty without one, and the statements."""
    lines = chunk.text.split("\n")
    told = ["\n".join(lines[own.start : own.stop]) for own in statements(chunk.text)]
    if len(told) > 1 and ends_in_colon(told[0]):
        return told[0], told[1:]
    return "", told
