"""Batches of questions and passages, made from whole lessons.

Most negatives are other chunks of the same note, which are the hard ones. Question and chunk are
each drawn in either language, so all four directions are learnt at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ingest.models.embedding_text import passage_text
from ingest.training.lessons import LANGUAGES, Lesson
from kb.model import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """What a batch is made of."""

    epochs: int = 24
    """How often each fact is asked for; each time by another question or in another language."""
    lessons: int = 4
    """Lessons a batch."""
    others: int = 6
    """Chunks of each lesson that are no answer to what is asked."""
    unanswered: int = 3
    """Questions of each lesson that it does not answer."""
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Questions, and chunks among which each finds its own."""

    questions: list[str]
    passages: list[str]
    right: list[int]
    """Position of the smallest passage that answers, of each question; their number for none."""
    ignored: NDArray[np.bool_]
    """Where a passage also holds the answer and is no negative, shape (questions, passages)."""


def batches_of(lessons: Sequence[Lesson], settings: BatchSettings) -> Iterator[Batch]:
    """Yield the batches of all epochs in order; a function of the seed alone."""
    for epoch in range(settings.epochs):
        rng = np.random.default_rng([settings.seed, epoch])
        order = rng.permutation(len(lessons))
        for start in range(0, len(order), settings.lessons):
            draft = _Draft(settings, rng)
            for position in order[start : start + settings.lessons]:
                draft.add(lessons[position])
            yield draft.batch()


@dataclass(slots=True)
class _Draft:
    """A batch that is being made."""

    settings: BatchSettings
    rng: np.random.Generator
    questions: list[str] = field(default_factory=list)
    right: list[int | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The fact that each question asks for; empty for none."""
    passages: list[str] = field(default_factory=list)
    held: list[frozenset[str]] = field(default_factory=list)
    """The facts that each passage holds; of the same names, none is a negative."""

    def add(self, lesson: Lesson) -> None:
        """Ask for each fact of a lesson, among these and other chunks of it."""
        used: set[tuple[Language, int]] = set()
        facts = _facts_by_chunk(lesson)
        for fact in lesson.facts:
            language = self._language()
            best = lesson.answers(fact, language)[:1]
            if best:
                self._ask(
                    _drawn(fact.questions[self._language()], self.rng), fact.id, len(self.passages)
                )
                self._tell(lesson, (language, best[0]), facts)
                used.add((language, best[0]))
        for _ in range(self.settings.others):
            language = self._language()
            place = (language, int(self.rng.integers(len(lesson.chunks[language]))))
            if place not in used:
                used.add(place)
                self._tell(lesson, place, facts)
        for _ in range(self.settings.unanswered):
            if texts := lesson.unanswered[self._language()]:
                self._ask(_drawn(texts, self.rng), "", None)

    def batch(self) -> Batch:
        """Return what was added."""
        ignored = np.array([[fact in held for held in self.held] for fact in self.asked])
        for row, position in enumerate(self.right):
            if position is not None:
                ignored[row, position] = False
        none = len(self.passages)
        return Batch(
            questions=self.questions,
            passages=self.passages,
            right=[none if position is None else position for position in self.right],
            ignored=ignored,
        )

    def _ask(self, text: str, fact: str, position: int | None) -> None:
        self.questions.append(text)
        self.asked.append(fact)
        self.right.append(position)

    def _tell(
        self,
        lesson: Lesson,
        place: tuple[Language, int],
        facts: dict[Language, list[frozenset[str]]],
    ) -> None:
        language, position = place
        self.passages.append(passage_text(lesson.chunks[language][position]))
        self.held.append(facts[language][position])

    def _language(self) -> Language:
        return LANGUAGES[int(self.rng.integers(2))]


def _drawn(texts: Sequence[str], rng: np.random.Generator) -> str:
    return texts[int(rng.integers(len(texts)))]


def _facts_by_chunk(lesson: Lesson) -> dict[Language, list[frozenset[str]]]:
    return {
        language: [
            frozenset(
                fact.id
                for fact in lesson.facts
                if chunk.lines.start <= fact.lines[language] <= chunk.lines.end
            )
            for chunk in lesson.chunks[language]
        ]
        for language in LANGUAGES
    }
