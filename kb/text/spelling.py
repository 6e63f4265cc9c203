"""Words with one typing error, put right by the words that the project knows.

A term may stand for the known terms that are one error away (`corrections`: those of `terms.tsv`
and the spoken forms of Latin ones). A word that is none at all (`kb.text.dictionary`) was meant as
one that the fingers easily miss (`slips`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.text.common import common_rank
from kb.text.dictionary import is_word
from kb.text.keyboards import beside
from kb.text.tokens import fold, is_cyrillic, spoken_latin
from kb.text.tokens import stem as stem_of
from kb.text.translation import known_stems
from kb.text.transliteration import spoken_forms

_TRANSPOSED: Final = 4
_MISSING: Final = 6
_OTHER: Final = 7
"""From these lengths on two letters may have changed places, one be missing or too many, or one be
another: shorter words have too many neighbours."""
_LEAST_LETTERS: Final = 4
"""Of a word that may be misspelt; one with another or a needless letter has one more."""
MOST_LETTERS: Final = 30
"""A longer word is no slip of the fingers but data, and has as many slips as letters."""
_RARE: Final = 7_000
"""From this rank on a common word is too rare to be what was meant by a short one."""
_SHORT: Final = 7
"""A word of fewer letters has too many neighbours to be taken for a rare one."""
_RANKLESS: Final = 1_000_000
"""The rank of a word that is not common."""
_SPOKEN: Final = 500
"""The rank of Latin terms that are spelt in Russian."""
_SWAP, _DOUBLE, _MISSED, _OTHER_SLIP = 0, 1, 2, 3
"""How far slips are from what was meant, the commonest first."""
_ALIKE: Final = (
    "aeiouy", "sz", "sc", "ck", "аоуыэеияю", "бп", "дт", "зс", "гк", "жш", "вф", "шщ", "ьъ",
)  # fmt: skip
"""Letters that are written for each other, as they sound alike."""


def corrections(stem: str) -> tuple[str, ...]:
    """Return the known stems that are one typing error away; empty for a known or short one.

    An error is a letter more, less or other, or two neighbours in the wrong order (optimal string
    alignment distance). A spoken form is given as the Latin stem that stands for it.
    """
    known = _vocabulary()
    return tuple(dict.fromkeys(known[form] for form in _near(stem)))


def corrected(word: str) -> str | None:
    """Return the common word that was likeliest meant by one that is none; None without any.

    Args:
        word: In lower case, `ё` as `е`.
    """
    ranked = ((distance, _rank(slip), slip) for slip, distance in slips(word).items())
    likely = (one for one in ranked if one[1] <= _rarest(word, one[0]))
    in_order = (slip for _, _, slip in sorted(likely, key=_swaps_first))
    return next((slip for slip in in_order if is_word(slip) or spoken_latin(slip)), None)


def _rarest(word: str, distance: int) -> int:
    """Return up to which rank a word may have been meant."""
    is_likely = distance == _SWAP or (len(word) >= _SHORT and distance < _OTHER_SLIP)
    return _RANKLESS if is_likely else _RARE


def _swaps_first(slip: tuple[int, int, str]) -> tuple[bool, int, str]:
    distance, rank, text = slip
    return distance != _SWAP, rank, text


def _rank(word: str) -> int:
    rank = common_rank(word)
    if rank is not None:
        return rank
    return _SPOKEN if spoken_latin(word) else _RANKLESS


def noted(word: str, among: Iterable[str]) -> str | None:
    """Return the one of the words that was likeliest meant, as it is spelt there; None without any.

    Args:
        word: In lower case, `ё` as `е`.
        among: Words as they stand in notes.
    """
    meant = slips(word)
    return min(
        (other for other in among if fold(other) in meant),
        key=lambda other: meant[fold(other)],
        default=None,
    )


@lru_cache(maxsize=1_000)
def slips(word: str) -> Mapping[str, int]:
    """Return all strings that one slip of the fingers turns into this word, with how far it is.

    The slip leaves the first letter as it is or swaps it with the second. At the end it leaves no
    needless letter, nor one of the next key: names have letters of their own there (`sshd`).
    A word that is very short or very long gives none.

    Args:
        word: In lower case, `ё` as `е`.
    """
    if not _LEAST_LETTERS <= len(word) <= MOST_LETTERS:
        return {}
    longer = [*_shortened(word), *_exchanged(word)] if len(word) > _LEAST_LETTERS else []
    found = dict.fromkeys(longer, _OTHER_SLIP)
    found |= dict.fromkeys(_completed(word), _MISSED)
    found |= dict.fromkeys(_undoubled(word), _DOUBLE)
    found |= dict.fromkeys(_swapped(word), _SWAP)
    found.pop(word, None)
    return found


def _swapped(word: str) -> Iterator[str]:
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _completed(word: str) -> Iterator[str]:
    letters = (
        "абвгдежзийклмнопрстуфхцчшщъыьэюя" if is_cyrillic(word) else "abcdefghijklmnopqrstuvwxyz"
    )
    for i in range(1, len(word) + 1):
        for letter in letters:
            yield word[:i] + letter + word[i:]


def _shortened(word: str) -> Iterator[str]:
    for i in range(1, len(word) - 1):
        yield word[:i] + word[i + 1 :]


def _undoubled(word: str) -> Iterator[str]:
    for i in range(1, len(word)):
        if word[i] == word[i - 1]:
            yield word[:i] + word[i + 1 :]


def _exchanged(word: str) -> Iterator[str]:
    for i in range(1, len(word)):
        is_last = i == len(word) - 1
        for letter in _alike(word[i]) + ("" if is_last else beside(word[i])):
            yield word[:i] + letter + word[i + 1 :]


@lru_cache(maxsize=100)
def _alike(letter: str) -> str:
    """Return the letters that sound like this one."""
    return "".join(group.replace(letter, "") for group in _ALIKE if letter in group)


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
