"""The words that are common enough not to be taken for foreign or misspelt ones.

`common_stems.txt` (Russian, a Snowball stem a line) and `common_words.txt` (English) are made from
aligned documentation and everyday sentences by `ingest.training.words`, most common first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import is_cyrillic, russian_stem, stem


def is_common(folded: str) -> bool:
    """Tell whether a Russian or English word is common, in any of its forms.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    return common_rank(folded) is not None


def common_rank(folded: str) -> int | None:
    """Return how common a word is: 0 for a function word, 1 for the most common word; None if not.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    if folded in STOP_WORDS:
        return 0
    if is_cyrillic(folded):
        return common_stems().get(russian_stem(folded))
    return common_words().get(folded) or _english_stems().get(stem(folded))


@lru_cache(maxsize=1)
def common_stems() -> Mapping[str, int]:
    """Return the Snowball stems of common Russian words, each with its rank (1: most common)."""
    return _ranked("common_stems.txt")


@lru_cache(maxsize=1)
def common_words() -> Mapping[str, int]:
    """Return the common English words, each with its rank (1: most common)."""
    return _ranked("common_words.txt")


@lru_cache(maxsize=1)
def _english_stems() -> Mapping[str, int]:
    ranked = list(common_words().items())
    return {stem(word): rank for word, rank in reversed(ranked)}


def _ranked(name: str) -> Mapping[str, int]:
    text = files("kb.text").joinpath(name).read_text(encoding="utf-8")
    return {word: rank for rank, word in enumerate(text.split(), 1)}
