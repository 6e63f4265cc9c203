"""Words written as they sound: what a Russian spelling of a Latin word has in common with it.

`алембик` is `alembic`, `вебсокеты` are `websockets`, `графана` is `grafana`: nobody can list all
names that Russian speakers spell in their own letters. Both spellings give one key, the word's
consonants; a word with few of them keeps its vowels, since `cron` is no `кран`. What shares a key
is then compared with its vowels.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import product
from typing import Final

from rapidfuzz.distance import OSA

_FEW: Final = 4
"""A word with fewer consonants keeps its vowels."""
_LEAST: Final = 3
"""Shorter keys would fit too many words."""
_MOST_SOUNDS: Final = 16
_RELATIVE: Final = "ск"
"""What makes an adjective of a name: `брусиловский` is of `Brusilov`."""
_LONG_RELATIVE: Final = 7
_VOWELS: Final = "aeiou"
_LATIN_WORD: Final = re.compile(r"[A-Za-z]{3,40}")
_Rules = tuple[tuple[str, str], ...]

_CYRILLIC: Final[_Rules] = (
    ("дж", "j"), ("сч", "C"), ("тч", "C"), ("а", "a"), ("б", "b"), ("в", "v"), ("г", "g"),
    ("д", "d"), ("е", "e"), ("ж", "j"), ("з", "s"), ("и", "i"), ("й", "i"), ("к", "k"), ("л", "l"),
    ("м", "m"), ("н", "n"), ("о", "o"), ("п", "p"), ("р", "r"), ("с", "s"), ("т", "t"), ("у", "u"),
    ("ф", "f"), ("х", "h"), ("ц", "c"), ("ч", "C"), ("ш", "S"), ("щ", "S"), ("ъ", ""), ("ы", "i"),
    ("ь", ""), ("э", "e"), ("ю", "u"), ("я", "a"),
)  # fmt: skip
_LATIN: Final[_Rules] = (
    (r"sch|sh|ti(?=on)|ssi(?=on)", "S"), (r"tch", "C"), (r"ph", "f"), (r"wh", "v"),
    (r"ck|q(?=u)", "k"), (r"(?<=k)u(?=[aeio])", "v"), (r"q", "k"), (r"x", "ks"), (r"w", "v"),
    (r"dge\b|dg(?=[ei])", "j"), (r"z", "s"), (r"y", "i"),
)  # fmt: skip
_DOUBTFUL: Final = (
    (r"th", ("t", "th")), (r"ch", ("C", "S", "k")), (r"c(?=[ei])", ("s", "c")), (r"c", ("k",)),
    (r"g(?=[ei])", ("j", "g")), (r"oo", ("u", "o")), (r"e[ea]", ("i", "e")),
)  # fmt: skip
"""Latin letters with more than one sound."""


def cyrillic_keys(word: str, stem: str) -> tuple[str, ...]:
    """Return the keys of a word in Cyrillic letters; none where it is too short for one.

    Args:
        word: The word as it is written, lowercase, `ё` as `е`.
        stem: Its Russian stem, since it may have a Russian ending.
    """
    return _keys(_cyrillic_sounds(word, stem))


def latin_keys(word: str) -> tuple[str, ...]:
    """Return the keys of a word in Latin letters; several where a letter has several sounds."""
    return _keys(_latin_sounds(word.lower()))


def latin_words(text: str) -> Collection[str]:
    """Return the distinct Latin words of a text that are long enough for a key, in order."""
    return dict.fromkeys(match.group() for match in _LATIN_WORD.finditer(text))


def spoken_keys(text: str) -> list[str]:
    """Return the distinct keys of all Latin words of a text."""
    return list(dict.fromkeys(key for word in latin_words(text) for key in latin_keys(word)))


def likeness(word: str, stem: str, latin: str) -> float:
    """Return how alike a Cyrillic and a Latin word sound, vowels included, 0..1.

    Args:
        word: The Cyrillic word, lowercase, `ё` as `е`.
        stem: Its Russian stem.
        latin: The Latin word.
    """
    spoken = [_without_end(sound) for sound in _cyrillic_sounds(word, stem)]
    read = [_without_end(sound) for sound in _latin_sounds(latin.lower())]
    return max(OSA.normalized_similarity(*pair) for pair in product(spoken, read))


@lru_cache(maxsize=20_000)
def _cyrillic_sounds(word: str, stem: str) -> tuple[str, ...]:
    sounds = []
    named_after = stem.removesuffix(_RELATIVE) if len(stem) >= _LONG_RELATIVE else stem
    for form in dict.fromkeys((word, stem, named_after)):
        for letters, sound in _CYRILLIC:
            form = form.replace(letters, sound)  # noqa: PLW2901
        sounds.append(form)
    return tuple(sounds)


@lru_cache(maxsize=100_000)
def _latin_sounds(word: str) -> tuple[str, ...]:
    sounds = list(dict.fromkeys((word, word.removesuffix("s"))))
    for pattern, sound in _LATIN:
        sounds = [re.sub(pattern, sound, one) for one in sounds]
    for pattern, readings in _DOUBTFUL:
        sounds = [re.sub(pattern, reading, one) for one in sounds for reading in readings]
    return tuple(dict.fromkeys(sounds))[:_MOST_SOUNDS]


def _keys(sounds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in map(_key, sounds) if key))


def _key(sound: str) -> str | None:
    sound = _without_end(sound)
    consonants = "".join(letter for letter in sound if letter not in _VOWELS)
    key = consonants if len(consonants) >= _FEW else sound
    return key if len(key) >= _LEAST and len(consonants) > 1 else None


def _without_end(sound: str) -> str:
    """Return a sound without doubled letters and without vowels at its end, which are endings."""
    return re.sub(r"(.)\1+", r"\1", sound).rstrip(_VOWELS)
