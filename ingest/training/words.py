"""The lists of common words, so that what is in neither may be misspelt or a name in disguise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ingest.training.pairs import read_rows
from ingest.training.phrases import everyday_rows, read_needs
from kb.text.tokens import fold, russian_stem
from kb.text.transliteration import latin_form

_RUSSIAN: Final = re.compile(r"[а-яё]{2,}", re.IGNORECASE)
_ENGLISH: Final = re.compile(r"(?<![\w.\-/\\@:$=])[A-Za-z][a-z]+(?![\w\-/\\@:(=]|\.\w)")
_STEMS_IN_CORPUS: Final = 25
_WORDS_IN_CORPUS: Final = 10
"""So many times a stem or word stands in human translations that is common."""
_IN_SENTENCES: Final = 3
_IN_NEEDS: Final = 2
_LEAST_LETTERS: Final = 3


def common_stems(corpus: Path, lessons: Path) -> list[str]:
    """Return the Snowball stems that are common in Russian, most common first.

    Args:
        corpus: The file of aligned pairs.
        lessons: The folder with everyday sentences, each written around a common word.
    """
    documented = _stemmed(_counted(_RUSSIAN, (ru for _, ru in _translated_by_hand(corpus))))
    rows = everyday_rows(lessons / "everyday")
    spoken = _stemmed(_counted(_RUSSIAN, (sentence for _, sentence, _ in rows)))
    lemmas = _stemmed(_counted(_RUSSIAN, (lemma for lemma, _, _ in rows)))
    stems = {stem for stem in spoken if spoken[stem] >= _IN_SENTENCES or stem in lemmas}
    stems = {stem for stem in stems | set(lemmas) if latin_form(stem) is None}
    stems |= {stem for stem, count in documented.items() if count >= _STEMS_IN_CORPUS}
    return _most_common_first(stems, documented + spoken)


def common_words(corpus: Path, lessons: Path) -> list[str]:
    """Return the words that are common in English, in lower case, most common first.

    Args:
        corpus: The file of aligned pairs.
        lessons: The folder with everyday sentences and plain names of needs.
    """
    documented = _counted(_ENGLISH, (en for en, _ in _translated_by_hand(corpus)))
    rows = everyday_rows(lessons / "everyday")
    spoken = _counted(_ENGLISH, (sentence for _, _, sentence in rows))
    needed = _counted(_ENGLISH, read_needs(lessons))
    words = {word for word, count in documented.items() if count >= _WORDS_IN_CORPUS}
    words |= {word for word, count in spoken.items() if count >= _IN_SENTENCES}
    words |= {word for word, count in needed.items() if count >= _IN_NEEDS}
    return _most_common_first(words, documented + spoken + needed)


def _translated_by_hand(corpus: Path) -> Iterator[tuple[str, str]]:
    """Yield the English and Russian side of what people have translated."""
    return ((en, ru) for en, ru, source in read_rows(corpus) if source.endswith(":HT"))


def _most_common_first(words: Iterable[str], counts: Counter[str]) -> list[str]:
    chosen = [word for word in words if len(word) >= _LEAST_LETTERS]
    return sorted(chosen, key=lambda word: (-counts[word], word))


def _counted(word: re.Pattern[str], texts: Iterable[str]) -> Counter[str]:
    return Counter(fold(found) for text in texts for found in word.findall(text))


def _stemmed(words: Counter[str]) -> Counter[str]:
    stems: Counter[str] = Counter()
    for word, count in words.items():
        stems[russian_stem(word)] += count
    return stems
