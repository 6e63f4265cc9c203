"""Words with one typing error, put right by the words that the project knows.

These are the terms of `terms.tsv` and the spoken forms of Latin ones; the words of the notes
themselves are forgiven their errors by the lexical index.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.text.tokens import stem as stem_of
from kb.text.translation import known_stems
from kb.text.transliteration import latin_form, spoken_forms

_TRANSPOSED: Final = 4
_MISSING: Final = 6
_OTHER: Final = 7
"""From these lengths on two letters may have changed places, one be missing or too many, or one be
another: shorter words have too many neighbours."""


def corrections(stem: str) -> tuple[str, ...]:
    """Return the known stems that are one typing error away; empty for a known or short one.

    An error is a letter more, less or other, or two neighbours in the wrong order (optimal string
    alignment distance). A spoken form is given as the Latin stem that stands for it.
    """
    known = _vocabulary()
    return tuple(dict.fromkeys(known[form] for form in _near(stem)))


def corrected(word: str, stem: str) -> str | None:
    """Return a Russian word with its typing error put right, where just one word can be meant.

    Args:
        word: The word in lower case, `ё` as `е`.
        stem: The stem it is indexed under.
    """
    meant = corrections(stem)
    if len(meant) != 1 or not word.startswith(stem):
        return None
    return latin_form(_near(stem)[0]) or meant[0] + word.removeprefix(stem)


@lru_cache(maxsize=10_000)
def _near(stem: str) -> tuple[str, ...]:
    """Return the known spellings that are one typing error away."""
    known = _vocabulary()
    if len(stem) < _TRANSPOSED or stem in known:
        return ()
    near = process.extract(stem, list(known), scorer=OSA.distance, score_cutoff=1, limit=None)
    return tuple(form for form, _, _ in near if len(stem) >= _least_length(stem, form))


def _least_length(typed: str, meant: str) -> int:
    if len(typed) != len(meant):
        return _MISSING
    return _TRANSPOSED if sorted(typed) == sorted(meant) else _OTHER


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, str]:
    """Return what each known spelling stands for."""
    spoken = {form: stem_of(form) for form in spoken_forms()}
    latin = {stem: stem for stem in spoken.values()}
    return {stem: stem for stem in known_stems()} | latin | spoken
