"""Which of the two languages a text is written in."""

from __future__ import annotations

import re

from kb.model import Language

_CYRILLIC_WORD = re.compile(r"[а-яё]{2,}|\b[авикосуя]\b", re.IGNORECASE)
_LATIN_WORD = re.compile(r"(?<![\w./\\:-])[a-z]{2,}(?![\w/\\:])", re.IGNORECASE)


def detect_language(text: str) -> Language:
    """Return `ru` when Russian words carry the text, else `en`.

    Commands and names are Latin in both languages ("как работает docker run --rm"), so a text
    with one Russian word to every three Latin ones counts as Russian.
    """
    cyrillic = len(_CYRILLIC_WORD.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    return "ru" if cyrillic and cyrillic * 3 >= latin else "en"
