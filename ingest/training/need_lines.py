"""Needs as lines of a passage, and other ways to ask for them as questions.

The phrasings tell in both languages what people say in place of what is written down, for far more
things than the vaults' passages speak of. So they make groups: a line that names a need, among
lines of others, beside what asks for it in other words; and needs that are near it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ingest.training.evaluation import Encoder
from ingest.training.neighbours import nearest_others
from ingest.training.pair_scorers import Pair
from ingest.training.pairs import Indices
from ingest.training.phrases import phrasing_rows
from ingest.training.reranking import Draw, any_place

_Language = tuple[int, ...]
"""Places of the ways in it, the plain one first."""
_ENGLISH: Final[_Language] = (0, 1, 2)
_RUSSIAN: Final[_Language] = (3, 4, 5, 6)
_NEAREST: Final = 10
_WRONG: Final = 8
"""Wrong are some of so many nearest."""
_SAME: Final = 0.95
"""What is nearer says the same."""
_PLAIN: Final = 0.57
"""How many lines tell a need plainly, as notes mostly do."""
_RUSSIAN_PASSAGES: Final = 0.5
_RUSSIAN_QUESTIONS: Final = 0.6
_OTHER_LANGUAGE: Final = 0.3
"""How many wrong passages are in the other language than the right one."""
_BESIDE: Final = 4
"""So many others stand beside what is right."""
_BESIDE_PASSAGES: Final = 0.65
"""How many draws are a question beside passages; the others are a passage beside questions."""
_OTHER_LINES: Final = (0.4, 0.25, 0.2, 0.15)
"""How many passages have no other line, one, two, three."""
_NEAR_LINES: Final = 0.5
_CAPITALISED: Final = 0.5
_HEADED: Final = 0.5
_HEADING_WORDS: Final = 3
_BETWEEN: Final = ("\n", ". ", "; ")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedLines:
    """Needs that know those nearest to them; all shares of what is drawn are fixed."""

    ways: Sequence[Sequence[str]]
    """The phrasings of each need."""
    near: Indices
    """The nearest others of each, the nearest first, shape (needs, at most 10)."""

    def draw(self, rng: np.random.Generator) -> Draw:
        """Return a question beside passages, or a passage beside questions; the first fits."""
        need = self._anyone(rng)
        near = self.near[need][:_WRONG]
        others = [int(near[place]) for place in rng.permutation(len(near))]
        if rng.random() < _BESIDE_PASSAGES:
            far = self._anyone(rng)
            chosen = [*others[: _BESIDE - 1], *([] if far == need else [far])]
            return Draw(self._beside_passages(need, chosen, rng), has_right=True)
        return Draw(self._beside_questions(need, others[:_BESIDE], rng), has_right=True)

    def _beside_passages(
        self, need: int, others: Sequence[int], rng: np.random.Generator
    ) -> list[Pair]:
        language = _language(rng, _RUSSIAN_PASSAGES)
        told, way = self._passage(need, rng, language, avoided={need, *others})
        question = self._question(need, rng, told=way)
        pairs = [(question, told)]
        for other in others:
            own = _other_of(language) if rng.random() < _OTHER_LANGUAGE else language
            pairs.append((question, self._passage(other, rng, own, avoided={need})[0]))
        return pairs

    def _beside_questions(
        self, need: int, others: Sequence[int], rng: np.random.Generator
    ) -> list[Pair]:
        language = _language(rng, _RUSSIAN_PASSAGES)
        told, way = self._passage(need, rng, language, avoided={need, *others})
        asked = [self._question(need, rng, told=way)]
        asked += [self._question(other, rng) for other in others]
        return [(question, told) for question in asked]

    def _passage(
        self, need: int, rng: np.random.Generator, language: _Language, *, avoided: Collection[int]
    ) -> tuple[str, int]:
        """Return a passage with a line that tells a need, and the way it is told.

        Args:
            need: Which.
            rng: What chooses.
            language: The passage's.
            avoided: Needs that no other line tells.
        """
        way = _told(language, rng)
        lines = [self.ways[need][way]]
        for _ in range(int(rng.choice(len(_OTHER_LINES), p=_OTHER_LINES))):
            other = self._near(need, rng) if rng.random() < _NEAR_LINES else self._anyone(rng)
            if other != need and other not in avoided:
                lines.append(self.ways[other][_told(language, rng)])
        lines = [lines[place].rstrip("?") for place in rng.permutation(len(lines))]
        if rng.random() < _CAPITALISED:
            lines = [line[:1].upper() + line[1:] for line in lines]
        between = _BETWEEN[any_place(len(_BETWEEN), rng)]
        return self._heading(need, rng, language, avoided) + between.join(lines), way

    def _heading(
        self, need: int, rng: np.random.Generator, language: _Language, avoided: Collection[int]
    ) -> str:
        """Return a few words to stand above, of what is not far from a need; empty for none."""
        other = self._near(need, rng)
        if other in avoided or rng.random() >= _HEADED:
            return ""
        words = self.ways[other][_told(language, rng)].split()[:_HEADING_WORDS]
        return " ".join(words).capitalize() + "\n"

    def _near(self, need: int, rng: np.random.Generator) -> int:
        return int(self.near[need][any_place(self.near.shape[1], rng)])

    def _anyone(self, rng: np.random.Generator) -> int:
        return any_place(len(self.ways), rng)

    def _question(self, need: int, rng: np.random.Generator, told: int | None = None) -> str:
        """Return a way to ask for a need, other than the one that is told."""
        free = [way for way in _language(rng, _RUSSIAN_QUESTIONS) if way != told]
        return self.ways[need][free[any_place(len(free), rng)]]


def read_need_lines(folder: Path, encode: Encoder) -> NeedLines:
    """Read the needs of a folder's `phrasings`.

    Args:
        folder: Of the lessons.
        encode: Makes the vectors that tell which are near.

    Raises:
        KbError: There is no `*.tsv`, or a line has not its columns.
    """
    ways = phrasing_rows(folder)
    sides = [encode([row[language[0]] for row in ways]) for language in (_ENGLISH, _RUSSIAN)]
    means = np.mean(np.asarray(sides, dtype=np.float32), axis=0)
    vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return NeedLines(ways=ways, near=nearest_others(vectors, count=_NEAREST, same=_SAME))


def _language(rng: np.random.Generator, russian: float) -> _Language:
    return _RUSSIAN if rng.random() < russian else _ENGLISH


def _other_of(language: _Language) -> _Language:
    return _ENGLISH if language == _RUSSIAN else _RUSSIAN


def _told(language: _Language, rng: np.random.Generator) -> int:
    """Return the way that a line tells a need in."""
    return language[0] if rng.random() < _PLAIN else language[any_place(len(language), rng)]
