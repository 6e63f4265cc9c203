"""Sentences of the corpus as passages, and some words of them or of their translation as questions.

They hold far more words than the vaults do, in both languages. Beside a sentence stand the nearest
others, and its own words with one of another's among them: a question for what it does not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ingest.training.evaluation import Encoder
from ingest.training.neighbours import nearest_others
from ingest.training.pair_scorers import Pair
from ingest.training.pairs import Indices, Pairs, read_pairs
from ingest.training.reranking import Draw
from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import is_cyrillic

_CHARS: Final = range(45, 231)
"""How long a sentence is."""
_MACHINE_SHARE: Final = 0.25
"""How many of those that a machine translated are taken, 0-1."""
_NEAREST: Final = 8
_SAME: Final = 0.93
"""What is nearer says the same."""
_RUSSIAN_PASSAGES: Final = 0.62
_RUSSIAN_QUESTIONS: Final = 0.6
_BESIDE_PASSAGES: Final = 0.65
"""How many draws are a question beside passages; the others are a passage beside questions."""
_WORDS: Final = (2, 6)
"""How few and how many words make a question."""
_WORD: Final = re.compile(r"[\w\-.+/#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Aligned sentences, the first of which know those nearest to them."""

    pairs: Pairs
    near: Indices
    """Of each that is drawn the nearest others, shape (drawn, at most 8)."""

    def draw(self, rng: np.random.Generator) -> Draw:
        """Return words of a sentence beside passages, or a sentence beside words."""
        at = int(rng.integers(len(self.near)))
        near = [int(other) for other in self.near[at]]
        if rng.random() < _BESIDE_PASSAGES:
            asked = self._question(at, rng)
            others = [near[place] for place in rng.permutation(len(near))[:4]]
            pairs = [(asked, self._passage(one, rng)) for one in (at, *others)]
            return Draw(pairs, has_right=True)
        passage = self._passage(at, rng)
        missed = [self._question(at, rng, other) for other in near[:3]]
        missed += [self._question(other, rng) for other in near[3:4]]
        questions = [self._question(at, rng), *filter(None, missed)]
        beside: list[Pair] = [(question, passage) for question in questions]
        return Draw(beside, has_right=True)

    def _passage(self, at: int, rng: np.random.Generator) -> str:
        return self._side(at, rng, _RUSSIAN_PASSAGES)

    def _side(self, at: int, rng: np.random.Generator, russian: float) -> str:
        return (self.pairs.russian if rng.random() < russian else self.pairs.english)[at]

    def _question(self, at: int, rng: np.random.Generator, other: int | None = None) -> str:
        """Return some words of a sentence; empty where no word of the other can stand among them.

        Args:
            at: The sentence.
            rng: What chooses.
            other: The sentence of which one word is put in the place of one of them.
        """
        text = self._side(at, rng, _RUSSIAN_QUESTIONS)
        words = content_words(text)
        if len(words) <= _WORDS[0]:
            return text if other is None else ""
        count = min(len(words), int(rng.integers(_WORDS[0], _WORDS[1] + 1)))
        chosen = [words[place] for place in sorted(rng.permutation(len(words))[:count])]
        if other is not None:
            strange = self._strange(other, text)
            if not strange:
                return ""
            chosen[int(rng.integers(count))] = strange[int(rng.integers(len(strange)))]
        asked = " ".join(chosen)
        return asked if rng.random() < 0.3 else asked.lower()

    def _strange(self, other: int, text: str) -> list[str]:
        """Return another sentence's words, in the language of a text, that it has in no form."""
        sides = self.pairs.russian if is_cyrillic(text.lower()) else self.pairs.english
        return [
            word for word in content_words(sides[other]) if word.lower()[:5] not in text.lower()
        ]


def content_words(text: str) -> list[str]:
    """Return the words of a text that say something, as they stand there."""
    words = (word.strip(".-/") for word in _WORD.findall(text))
    return [word for word in words if len(word) > 1 and word.lower() not in STOP_WORDS]


def read_sentences(path: Path, encode: Encoder, *, drawn: int = 45_000, seed: int = 3) -> Sentences:
    """Read sentences of the corpus of aligned pairs.

    Args:
        path: The corpus' file.
        encode: Makes the vectors that tell which are near.
        drawn: How many are drawn; the nearest are looked for among twice as many.
        seed: Chooses them.
    """
    rng = np.random.default_rng(seed)
    found = read_pairs(path)
    fit = [n for n in range(len(found)) if _is_fit(found, n, rng)]
    kept = [fit[place] for place in rng.permutation(len(fit))[: 2 * drawn]]
    pairs = Pairs(
        english=[found.english[n] for n in kept],
        russian=[found.russian[n] for n in kept],
        source=[found.source[n] for n in kept],
    )
    vectors = np.asarray(encode(pairs.english), dtype=np.float32)
    near = nearest_others(vectors, count=_NEAREST, same=_SAME, first=min(drawn, len(kept)))
    return Sentences(pairs=pairs, near=near)


def _is_fit(pairs: Pairs, at: int, rng: np.random.Generator) -> bool:
    if len(pairs.english[at]) not in _CHARS:
        return False
    return not pairs.source[at].endswith(":MT") or rng.random() < _MACHINE_SHARE
