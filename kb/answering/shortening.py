"""The sentences of a long line that carry an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kb.retrieval.coverage import WeightedTerm, coverage, text_terms
from kb.text.leaning import understood_from
from kb.text.sentences import split_sentences

_LONG: Final = 360
"""Characters from which on a paragraph is shortened in the answer's text; quotes stay whole."""
_KEPT: Final = 2


def focus(paragraph: str, terms: Sequence[WeightedTerm]) -> str:
    """Return the sentences of a long paragraph that speak to the question, in their order.

    The sentence that holds most of the question's content is kept with its neighbour, and with
    those before it that it goes on from ("But …"); a short paragraph, or one where no sentence
    stands out, is returned whole. Nothing is cut inside a sentence.
    """
    if len(paragraph) <= _LONG:
        return paragraph
    sentences = split_sentences(paragraph)
    scores = [coverage(terms, text_terms(sentence)) for sentence in sentences]
    best = max(range(len(sentences)), key=lambda n: (scores[n], -n))
    if not scores[best]:
        best = 0
    first, last = understood_from(sentences, best), min(len(sentences), best + _KEPT)
    lead = "… " if first else ""
    tail = " …" if last < len(sentences) else ""
    return lead + " ".join(sentences[first:last]) + tail
