"""Which candidate defines just the term that a question asks for."""

from __future__ import annotations

from collections.abc import Sequence

from kb.model import Chunk, ChunkKind
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm
from kb.text.definitions import term_and_meaning
from kb.text.tokens import analyze


def definition_rather(best: Candidate, ranking: Ranking) -> Candidate:
    """Return what defines the asked term where the best candidate defines a longer one.

    Who asks what Docker is, or what it is for, does not ask what Docker Compose is, though its
    definition has the word.
    """
    terms = ranking.terms
    if not _is_of_more(best.chunk, terms):
        return best
    return next((c for c in ranking.candidates if defines(c.chunk, terms)), best)


def defines(chunk: Chunk, terms: Sequence[WeightedTerm]) -> bool:
    """Tell whether a chunk defines the terms, all of them and no others."""
    return chunk.kind is ChunkKind.DEFINITION and is_of(_head(chunk), terms)


def is_of(text: str, terms: Sequence[WeightedTerm]) -> bool:
    """Tell whether a text is the terms, all of them and no others."""
    held = set(analyze(text))
    return bool(held) and held <= _names(terms) and _has_all(held, terms)


def _is_of_more(chunk: Chunk, terms: Sequence[WeightedTerm]) -> bool:
    """Tell whether a chunk defines something of which the terms are only a part of the name."""
    if chunk.kind is not ChunkKind.DEFINITION or not terms:
        return False
    held = set(analyze(_head(chunk)))
    return not held <= _names(terms) and _has_all(held, terms)


def _head(chunk: Chunk) -> str:
    return term_and_meaning(chunk.text)[0]


def _names(terms: Sequence[WeightedTerm]) -> set[str]:
    return set().union(*(term.names for term in terms))


def _has_all(held: set[str], terms: Sequence[WeightedTerm]) -> bool:
    return all(held & term.names for term in terms)
