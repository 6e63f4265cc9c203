"""The Russian words that are common enough not to be taken for foreign ones.

`common_stems.txt` (a Snowball stem a line) is made from aligned documentation and everyday
sentences by `ingest.training.words`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache
from importlib.resources import files

from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import russian_stem


def is_common(folded: str) -> bool:
    """Tell whether a Russian word is common.

    Args:
        folded: The word in lower case, with `ё` as `е`.
    """
    return folded in STOP_WORDS or russian_stem(folded) in _stems()


@lru_cache(maxsize=1)
def _stems() -> AbstractSet[str]:
    text = files("kb.text").joinpath("common_stems.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
