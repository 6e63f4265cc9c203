"""The list of common Russian stems, so that what is not in it may be a Latin word in disguise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ingest.training.pairs import read_rows
from ingest.training.phrases import everyday_rows
from kb.text.tokens import fold, russian_stem
from kb.text.transliteration import latin_form

_WORD = re.compile(r"[а-яё]{2,}", re.IGNORECASE)
_IN_CORPUS = 25
"""So many times a stem stands in human translations that is common."""
_IN_SENTENCES = 3
_LEAST_LETTERS = 3


def common_stems(corpus: Path, everyday: Path) -> list[str]:
    """Return the Snowball stems that are common in documentation or in everyday sentences.

    Args:
        corpus: The file of aligned pairs.
        everyday: The folder of everyday sentences, each written around a common word.
    """
    documented = _counted(ru for _, ru, source in read_rows(corpus) if source.endswith(":HT"))
    rows = everyday_rows(everyday)
    spoken = _counted(sentence for _, sentence, _ in rows)
    stems = set(_counted(lemma for lemma, _, _ in rows))
    stems |= {stem for stem, count in spoken.items() if count >= _IN_SENTENCES}
    stems = {stem for stem in stems if latin_form(stem) is None}
    stems |= {stem for stem, count in documented.items() if count >= _IN_CORPUS}
    return sorted(stem for stem in stems if len(stem) >= _LEAST_LETTERS)


def _counted(texts: Iterable[str]) -> Counter[str]:
    words = Counter(fold(word) for text in texts for word in _WORD.findall(text))
    stems: Counter[str] = Counter()
    for word, count in words.items():
        stems[russian_stem(word)] += count
    return stems
