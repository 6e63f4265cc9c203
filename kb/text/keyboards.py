"""What was typed with the other keyboard layout on: `rfr elfkbnm` is `как удалить`."""

from __future__ import annotations

from typing import Final

_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
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
