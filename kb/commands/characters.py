"""Characters that a reader cannot see, or takes for others."""

from __future__ import annotations

import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset("\u115f\u1160\u2028\u2029\u2800\u3164\uffa0\ufe0f")
_HIDDEN_CATEGORIES: Final = frozenset({"Cf", "Cc", "Co", "Cs"})
_LOOK_ALIKES: Final = str.maketrans("асеорхуіАВСЕНКМОРТХ", "aceopxyiABCEHKMOPTX")
"""Cyrillic letters and the Latin ones that look the same."""


def find_hidden(text: str) -> str:
    """Return the first character that a reader cannot see (zero width, bidi, control), or ''."""
    for char in text:
        category = unicodedata.category(char)
        if char in _INVISIBLE or (category in _HIDDEN_CATEGORIES and char not in "\t\n\r"):
            return char
    return ""


def without_invisible(text: str) -> str:
    """Return the text without the characters that a reader cannot see."""
    return "".join(char for char in text if not find_hidden(char))


def is_dash(char: str) -> bool:
    """Tell whether a character looks like `-` and is another one."""
    return char != "-" and (unicodedata.category(char) == "Pd" or char in "\u2212\u00ad")


def in_latin(text: str) -> str:
    """Return the text with Latin letters in the place of Cyrillic ones that look the same."""
    return text.translate(_LOOK_ALIKES)


def code_point(char: str) -> str:
    """Return how Unicode numbers a character: `U+2014`."""
    return f"U+{ord(char):04X}"
