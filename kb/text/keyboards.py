"""The keys of a keyboard, and what the other layout makes of them: `rfr` is `как`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_LATIN_ROWS: Final = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,.", "`")
_CYRILLIC_ROWS: Final = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "ё")
_LATIN_KEYS: Final = "".join(_LATIN_ROWS)
_CYRILLIC_KEYS: Final = "".join(_CYRILLIC_ROWS)
_LATIN_SHIFTED: Final = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'

_TO_CYRILLIC: Final = str.maketrans(
    _LATIN_KEYS + _LATIN_SHIFTED, _CYRILLIC_KEYS + _CYRILLIC_KEYS.upper()
)
_TO_LATIN: Final = str.maketrans(
    _CYRILLIC_KEYS + _CYRILLIC_KEYS.upper(), _LATIN_KEYS + _LATIN_SHIFTED
)


def as_cyrillic(typed: str) -> str:
    """Return what the same keys give with the Russian layout (ЙЦУКЕН) on."""
    return typed.translate(_TO_CYRILLIC)


def as_latin(typed: str) -> str:
    """Return what the same keys give with the English layout (QWERTY) on."""
    return typed.translate(_TO_LATIN)


@lru_cache(maxsize=100)
def beside(letter: str) -> str:
    """Return the letters beside a lowercase one, left and right; none of another sign."""
    row = next((row for row in (*_LATIN_ROWS, *_CYRILLIC_ROWS) if letter in row), letter)
    place = row.index(letter)
    keys = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    return "".join(filter(str.isalpha, keys))
