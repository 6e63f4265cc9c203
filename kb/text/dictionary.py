"""Which words there are, common or not: what is none of them is an unknown name, or misspelt.

Russian words are those of the OpenCorpora dictionary (pymorphy3), English ones those of
pyspellchecker. Both are loaded when they are first needed: a tenth and a third of a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kb.text.common import common_words
from kb.text.names import names
from kb.text.tokens import is_cyrillic

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from spellchecker import SpellChecker

_NAMES: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})
"""OpenCorpora's grammemes of first names, surnames, patronymics, places and organisations."""


def is_word(folded: str) -> bool:
    """Tell whether there is such a word in Russian or English, in any form, or such a name.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    if is_cyrillic(folded):
        return bool(_russian().word_is_known(folded))
    return folded in common_words() or folded in names() or folded in _english()


def may_be_name(folded: str) -> bool:
    """Tell whether a Russian word is, in one of its readings, somebody's or some place's name.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    if not _russian().word_is_known(folded):
        return False
    return any(_NAMES & reading.tag.grammemes for reading in _russian().parse(folded))


def load_dictionaries() -> None:
    """Load both, so that the first question with an unknown word does not wait for them."""
    _russian()
    _english()


@lru_cache(maxsize=1)
def _russian() -> MorphAnalyzer:
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()


@lru_cache(maxsize=1)
def _english() -> SpellChecker:
    from spellchecker import SpellChecker

    return SpellChecker(language="en")
