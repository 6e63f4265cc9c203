"""Which words there are, common or not: what is none of them is an unknown name, or misspelt.

Russian words are those of the OpenCorpora dictionary (pymorphy3), English ones those of
pyspellchecker. Both are loaded when they are first needed: a tenth and a third of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kb.text.common import common_words
from kb.text.names import names
from kb.text.tokens import is_cyrillic

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.tagset import OpencorporaTag
    from spellchecker import SpellChecker

_NAMES: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})
"""OpenCorpora's grammemes of first names, surnames, patronymics, places and organisations."""


_BORROWED: Final = ("ой", "ей")


def is_word(folded: str) -> bool:
    """Tell whether there is such a word in Russian or English, in any form, or such a name.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    if is_cyrillic(folded):
        return bool(_russian().word_is_known(folded))
    return folded in common_words() or folded in names() or folded in _english()


@lru_cache(maxsize=20_000)
def russian_kinds(folded: str) -> Mapping[str, float]:
    """Return in how many of its uses a Russian word is of each part of speech, 0..1.

    Of a word that the dictionary lacks the ending tells, but for one that borrowed nouns have too:
    `деплой` is declined like no adjective.

    Args:
        folded: The word in lower case, with `ё` as `е`.

    Returns:
        Shares by OpenCorpora's name of the part of speech: `NOUN`, `VERB`, `INFN`, `ADJF`, `ADVB`;
        pronouns that stand as adjectives are `NPRO`.
    """
    if folded.endswith(_BORROWED) and not _russian().word_is_known(folded):
        return {"NOUN": 1.0}
    shares: defaultdict[str, float] = defaultdict(float)
    for parse in _russian().parse(folded):
        shares[_kind_of(parse.tag)] += parse.score
    return dict(shares)


def _kind_of(tag: OpencorporaTag) -> str:
    if "Apro" in tag:  # `том` is a volume, and a form of `тот`
        return "NPRO"
    if "Abbr" in tag:  # `порт` is a port, and short for `португальский`
        return "Abbr"
    return tag.POS or ""


def may_be_genitive(folded: str) -> bool:
    """Tell whether a Russian word is, as it is mostly used, a noun or adjective in the genitive.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    tag = _russian().parse(folded)[0].tag
    return tag.POS in {"NOUN", "ADJF"} and "gent" in tag


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
