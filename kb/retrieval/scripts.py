"""A question in the letters it was meant in: `rfr elfkbnm` and `kak udalit` are `как удалить`.

A word is taken for another one only where neither the notes nor the lists of common words know
it, while they know the other one, and where enough words of the question read so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kb.ports import Index
from kb.text.common import common_rank
from kb.text.keyboards import as_cyrillic, as_latin
from kb.text.romanization import cyrillic_readings, with_infinitives
from kb.text.tokens import fold, is_cyrillic, russian_stem, spoken_latin, stem

_Reader = Callable[[str], Sequence[str]]
"""Returns what a piece of a question may have been meant as, likeliest first."""

_BLANK: Final = re.compile(r"(\s+)")
_PIECE: Final = re.compile(r"([\"«(]*)(.*?)([?!»):]*)", re.DOTALL)
_SIGNED: Final = re.compile(r"(.+?)([.,;]+)")
"""Signs that are letters on the other layout too."""
_ON_ENGLISH_KEYS: Final = re.compile(r"[a-z\[\];',.`{}:\"<>~-]*", re.IGNORECASE)
_ON_RUSSIAN_KEYS: Final = re.compile(r"-{0,2}[а-яё-]+", re.IGNORECASE)
_ROMAN: Final = re.compile(r"[a-z']{1,30}", re.IGNORECASE)
"""A longer word is data, and has many readings."""
_RUSSIAN_WORD: Final = re.compile(r"[а-яё]+(?:-[а-яё]+)*", re.IGNORECASE)
_LATIN_WORD: Final = re.compile(r"-{0,2}[a-z][a-z-]*", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONG_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_TELLING: Final = 3
_SURE: Final = 5
"""Letters of words that are none as they were typed and known ones on the other layout."""
_LONE: Final = 6
"""Letters of a question of one word that is taken for a Russian one in Latin letters."""
_OF_NOTES: Final = 1_000
"""Rank of a word that only the notes know."""


def in_own_script(text: str, index: Index) -> str:
    """Return a question as it was meant that was typed on the other layout or in Latin letters.

    One in capitals is given in lower case.

    Args:
        text: As typed.
        index: Its lexical index tells which words the notes know.
    """
    text = _without_caps_lock(text)
    words = _KnownWords(index)
    if all(map(words.know, _BLANK.split(text))):
        return text
    for reader in (_from_english_keys, _from_russian_keys):
        pieces = _pieces(text, reader, words)
        if _was_other_layout(pieces, words):
            return "".join(_told(piece) for piece in pieces)
    pieces = _pieces(text, _from_roman, words)
    if _was_roman(pieces, words):
        return with_infinitives("".join(_told(piece) for piece in pieces))
    return text


def _without_caps_lock(text: str) -> str:
    """Return a question of several words, all in capitals, in lower case: its flags are too."""
    is_shouted = text.isupper() and len(_LONG_WORD.findall(text)) > 1
    return text.lower() if is_shouted else text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a question between blanks."""

    typed: str
    before: str
    core: str
    after: str
    is_known: bool
    readings: tuple[str, ...]
    meant: str | None
    """The best of its readings that is known, where the piece itself is not."""


def _pieces(text: str, reader: _Reader, words: _KnownWords) -> list[_Piece]:
    return [_piece(typed, reader, words) for typed in _BLANK.split(text)]


def _piece(typed: str, reader: _Reader, words: _KnownWords) -> _Piece:
    before, core, after = _PIECE.fullmatch(typed).groups()  # type: ignore[union-attr]
    is_known = words.rank(core) is not None
    return _Piece(
        typed=typed,
        before=before,
        core=core,
        after=after,
        is_known=is_known,
        readings=tuple(reader(core)),
        meant=None if is_known else _meant(core, reader, words),
    )


def _meant(core: str, reader: _Reader, words: _KnownWords) -> str | None:
    """Return the most common known reading; without the signs at its end where it has none."""
    ranks = [(words.rank(reading), reading) for reading in reader(core)]
    known = [(rank, reading) for rank, reading in ranks if rank is not None]
    if known:
        return min(known, key=lambda pair: pair[0])[1]
    signed = _SIGNED.fullmatch(core)
    if signed and (meant := _meant(signed.group(1), reader, words)):
        return meant + signed.group(2)
    return None


def _was_other_layout(pieces: Sequence[_Piece], words: _KnownWords) -> bool:
    """Tell whether enough words of a question, or all that are none, were typed on another layout.

    What such keys give is hardly ever a word, so few of them suffice.
    """
    found = [len(piece.core) for piece in pieces if piece.meant]
    if sum(found) >= _SURE and max(found) >= _TELLING:
        return True
    others = _others(pieces, words)
    none_is_a_word = all(piece.readings and not piece.is_known for piece in others)
    return max(found, default=0) >= _TELLING and bool(others) and none_is_a_word


def _was_roman(pieces: Sequence[_Piece], words: _KnownWords) -> bool:
    """Tell whether most words of a question, but those of the notes, are Russian ones."""
    found = [len(piece.core) for piece in pieces if piece.meant]
    others = _others(pieces, words)
    if len(found) == 1:
        return found[0] >= _LONE and not others and len(pieces) == 1
    return max(found, default=0) >= _TELLING and len(found) > len(others)


def _others(pieces: Sequence[_Piece], words: _KnownWords) -> list[_Piece]:
    """Return the pieces with words that are neither read otherwise nor of the notes."""
    return [
        piece
        for piece in pieces
        if not piece.meant and _WORD.search(piece.core) and not words.are_of_notes(piece.core)
    ]


def _told(piece: _Piece) -> str:
    """Return a piece of a question that was typed so: its function words and flags follow."""
    meant = piece.meant
    if meant is None and piece.readings:
        reading = piece.readings[0]
        is_flag = reading.startswith("-") and reading != piece.core
        if is_flag or common_rank(fold(reading)) == 0 or not piece.is_known:
            meant = reading
    return piece.typed if meant is None else piece.before + meant + piece.after


def _from_english_keys(typed: str) -> Sequence[str]:
    meant = as_cyrillic(typed)
    fits = _ON_ENGLISH_KEYS.fullmatch(typed) and _RUSSIAN_WORD.fullmatch(meant)
    return (meant,) if fits else ()


def _from_russian_keys(typed: str) -> Sequence[str]:
    meant = as_latin(typed)
    fits = _ON_RUSSIAN_KEYS.fullmatch(typed) and _LATIN_WORD.fullmatch(meant)
    return (meant,) if fits else ()


def _from_roman(typed: str) -> Sequence[str]:
    return cyrillic_readings(typed.lower()) if _ROMAN.fullmatch(typed) else ()


class _KnownWords:
    """What the notes and the lists of common words know."""

    def __init__(self, index: Index) -> None:
        self._lexical = index.lexical

    def know(self, piece: str) -> bool:
        """Tell whether no word of a piece is unknown."""
        return all(self._rank(fold(word)) is not None for word in _WORD.findall(piece))

    def rank(self, piece: str) -> int | None:
        """Return how common the words of a piece are (`common_rank`); None if one is unknown."""
        ranks = [self._rank(fold(word)) for word in _WORD.findall(piece)]
        known = [rank for rank in ranks if rank is not None]
        return max(known) if ranks and len(known) == len(ranks) else None

    def are_of_notes(self, piece: str) -> bool:
        """Tell whether the notes have all words of a piece."""
        return all(self._are_noted(fold(word)) for word in _WORD.findall(piece))

    def _rank(self, word: str) -> int | None:
        rank = common_rank(word)
        if rank is None and (spoken_latin(word) or self._are_noted(word)):
            return _OF_NOTES
        return rank

    def _are_noted(self, word: str) -> bool:
        stems = [stem(word), *([russian_stem(word)] if is_cyrillic(word) else [])]
        return any(self._lexical.document_frequency(stems).values())
