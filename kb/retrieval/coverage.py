"""How much of a question's content a chunk holds, weighted by how telling each word is."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from kb.model import Chunk
from kb.ports import LexicalIndex
from kb.retrieval.question import ContentTerm, ParsedQuestion
from kb.text.dates import date_terms
from kb.text.flags import has_one_letter, standing_alone
from kb.text.tokens import analyze

_TYPO_WEIGHT: Final = 0.8
_TYPO_LENGTH: Final = 5
_DIGIT: Final = re.compile(r"\d")
_CONTEXT_WEIGHT: Final = 0.85
"""A word in the title or the headings tells less than one in the chunk itself."""
_LEAST_IDF: Final = 0.01
"""What every note holds still counts a little."""
_SETTING_WEIGHT: Final = 0.6
"""One in what the note says before the chunk's section less still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedTerm:
    """A content term with its weight in the collection."""

    content: ContentTerm
    idf: float
    """Robertson-Spärck Jones weight, above 0; highest for a term that no note holds."""
    known: bool
    """Some note holds the term or one of its variants."""
    readings: tuple[tuple[str, float], ...] = field(init=False, repr=False)
    """The term itself and what may stand for it, with weights 0..1."""
    names: frozenset[str] = field(init=False, repr=False)
    """The readings without their weights."""

    def __post_init__(self) -> None:
        """Work out once what is compared with every chunk."""
        readings = ((self.content.term, 1.0), *self.content.variants)
        object.__setattr__(self, "readings", readings)
        object.__setattr__(self, "names", frozenset(name for name, _ in readings))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkTerms:
    """The distinct terms of a chunk: of its text, its context and its setting."""

    body: frozenset[str]
    context: frozenset[str] = frozenset()
    setting: frozenset[str] = frozenset()
    everything: frozenset[str] = field(init=False, repr=False)
    """All of them."""

    def __post_init__(self) -> None:
        """Put together once what most terms of a question are not in."""
        object.__setattr__(self, "everything", self.body | self.context | self.setting)

    def weight_of(self, name: str) -> float:
        """Return how much it counts that the chunk holds a term, 0..1; 0 where it does not."""
        if name in self.body:
            return 1.0
        if name in self.context:
            return _CONTEXT_WEIGHT
        return _SETTING_WEIGHT if name in self.setting else 0.0

    def lacks(self, names: frozenset[str]) -> bool:
        """Tell whether the chunk holds none of the terms."""
        return self.everything.isdisjoint(names)

    def body_alone(self) -> ChunkTerms:
        """Return the terms of the text without what stands around it."""
        return alone(self.body)


@lru_cache(maxsize=20_000)
def alone(body: frozenset[str]) -> ChunkTerms:
    """Return the terms of a text without anything around it."""
    return ChunkTerms(body=body)


def weigh_terms(question: ParsedQuestion, index: LexicalIndex) -> tuple[WeightedTerm, ...]:
    """Weigh the question's content terms by their rarity in the notes."""
    names = [
        name for term in question.terms for name in (term.term, *(v for v, _ in term.variants))
    ]
    frequency = index.document_frequency(names)
    total = max(index.count(), 1)
    return tuple(_weighted(term, frequency, total) for term in question.terms)


def _weighted(term: ContentTerm, frequency: Mapping[str, int], total: int) -> WeightedTerm:
    # The most frequent reading decides: a translation that stands everywhere tells little.
    found = max(frequency.get(name, 0) for name in (term.term, *term.sure_variants))
    if not found:
        found = max((frequency.get(variant, 0) for variant, _ in term.variants), default=0)
    # An index may count chunks that are gone until it tidies up: then `found` exceeds `total`.
    idf = math.log(1 + (total - found + 0.5) / (found + 0.5))
    return WeightedTerm(content=term, idf=max(idf, _LEAST_IDF), known=found > 0)


def text_terms(text: str) -> ChunkTerms:
    """Return the terms of a text that stands for itself."""
    return alone(frozenset(analyze(text)))


def chunk_terms(chunk: Chunk) -> ChunkTerms:
    """Return the distinct terms of a chunk's text, of its context and of its setting.

    The dates of the note's name are a part of the context.
    """
    return _chunk_terms(chunk.note, chunk.text, chunk.context, chunk.setting)


@lru_cache(maxsize=20_000)
def _chunk_terms(note: str, text: str, context: str, setting: str) -> ChunkTerms:
    return ChunkTerms(
        body=frozenset(analyze(text)),
        context=frozenset((*analyze(context), *date_terms(note))),
        setting=_setting_terms(setting),
    )


@lru_cache(maxsize=5_000)
def _setting_terms(setting: str) -> frozenset[str]:
    """Return the terms of what stands before many chunks of a note."""
    return frozenset(analyze(setting))


def coverage(terms: Collection[WeightedTerm], held: ChunkTerms) -> float:
    """Return the share (0..1) of the terms' weight that the chunk holds; 0 without terms."""
    total = met = 0.0
    for term in terms:
        total += term.idf
        met += term.idf * match(term, held)
    return met / total if total else 0.0


def names_flag(chunk: Chunk, flag: str) -> bool:
    """Tell whether a chunk's text has a flag; one of a single letter (`-p`, `-P`) in its case."""
    if flag.lower() not in chunk_terms(chunk).body:
        return False
    return not has_one_letter(flag) or standing_alone(flag).search(chunk.text) is not None


def match(term: WeightedTerm, held: ChunkTerms) -> float:
    """Return how well a chunk holds a term, 0..1: itself, a translation, or with a typing error."""
    best = 0.0
    if not held.lacks(term.names):
        best = max(weight * held.weight_of(name) for name, weight in term.readings)
    if not best and not term.known and _misspelt_in(term.content.term, held.body):
        return _TYPO_WEIGHT
    return best


def _misspelt_in(term: str, held: Collection[str]) -> bool:
    # With one digit changed a version or a date is another one.
    if len(term) < _TYPO_LENGTH or _DIGIT.search(term):
        return False
    return any(
        abs(len(other) - len(term)) <= 1
        and len(other) >= _TYPO_LENGTH
        and OSA.distance(term, other, score_cutoff=1) <= 1
        for other in held
    )
