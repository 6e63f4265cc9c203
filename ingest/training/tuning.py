"""The last stage: learn to find the answering chunk for a question, among its neighbours.

Contrastive learning with in-batch negatives (Karpukhin et al. 2020, "Dense passage retrieval"): a
batch takes whole lessons, so that most negatives are other chunks of the same note. Question and
chunk are each drawn in either language, so all four directions are learnt at once. Part of every
step distils the teacher again over aligned sentences, so that neither language is forgotten.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from ingest.embedding_text import embedding_text
from ingest.training.checkpoint import Position, load_checkpoint, save_checkpoint
from ingest.training.distillation import make_optimizers
from ingest.training.lessons import LANGUAGES, Fact, Lesson
from ingest.training.losses import (
    contrastive_loss,
    distillation_loss,
    learning_rate_factor,
    require_finite,
)
from ingest.training.pairs import Pairs
from ingest.training.student import Student, encode, pad, tokenize
from kb.model import Chunk, Language

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ingest.training.workspace import Teacher

_log = logging.getLogger(__name__)
_GROUP = 24
"""Texts that go through the network at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningSettings:
    """How the stage is trained."""

    epochs: int = 24
    """How often each fact is asked for; each time by another question or in another language."""
    lessons: int = 4
    """Lessons a batch."""
    others: int = 6
    """Chunks of each lesson of a batch that are no answer to what is asked."""
    unanswered: int = 3
    """Questions of each lesson of a batch that it does not answer."""
    replayed: int = 32
    """Aligned pairs a step that the teacher is distilled over."""
    replay_weight: float = 0.3
    rows_rate: float = 4e-4
    body_rate: float = 6e-5
    warmup_steps: int = 30
    rate_floor: float = 0.05
    checkpoint_s: float = 180.0
    seed: int = 1
    fast: bool = True
    """Compute in bfloat16 (weights stay float32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Questions, and chunks among which each finds its own."""

    questions: list[str]
    passages: list[str]
    right: list[int]
    """Position of the smallest passage that answers, of each question; their number for none."""
    ignored: np.ndarray
    """Where a passage also holds the answer and is no negative, shape (questions, passages)."""


def passage_text(chunk: Chunk) -> str:
    """Return a chunk as it is embedded by the index."""
    text = embedding_text(chunk.text)
    return f"{chunk.context}\n{text}" if chunk.context else text


def batches_of(lessons: Sequence[Lesson], settings: TuningSettings) -> Iterator[Batch]:
    """Yield the batches of all epochs in order; a function of the seed alone."""
    for epoch in range(settings.epochs):
        rng = np.random.default_rng([settings.seed, epoch])
        order = rng.permutation(len(lessons))
        for start in range(0, len(order), settings.lessons):
            chosen = [lessons[i] for i in order[start : start + settings.lessons]]
            yield _make_batch(chosen, settings, rng)


def _make_batch(
    lessons: Sequence[Lesson], settings: TuningSettings, rng: np.random.Generator
) -> Batch:
    passages: list[str] = []
    asked: list[tuple[str, int]] = []
    # Which fact a question asks for, and which facts a passage holds: of the same names, none is
    # a negative.
    facts_asked: list[str] = []
    facts_held: list[frozenset[str]] = []
    for lesson in lessons:
        held = _facts_by_chunk(lesson)
        used: set[tuple[Language, int]] = set()
        for fact in lesson.facts:
            language = LANGUAGES[int(rng.integers(2))]
            best = lesson.answers(fact, language)[:1]
            if not best:
                continue
            asked.append((_draw_question(fact, rng), len(passages)))
            facts_asked.append(fact.id)
            passages.append(passage_text(lesson.chunks[language][best[0]]))
            facts_held.append(held[language][best[0]])
            used.add((language, best[0]))
        for _ in range(settings.others):
            language = LANGUAGES[int(rng.integers(2))]
            position = int(rng.integers(len(lesson.chunks[language])))
            if (language, position) not in used:
                used.add((language, position))
                passages.append(passage_text(lesson.chunks[language][position]))
                facts_held.append(held[language][position])
    ignored = np.array([[fact in held for held in facts_held] for fact in facts_asked])
    ignored[np.arange(len(asked)), [position for _, position in asked]] = False
    unanswered = [text for lesson in lessons for text in _draw_unanswered(lesson, settings, rng)]
    none = np.zeros((len(unanswered), len(passages)), dtype=bool)
    return Batch(
        questions=[*(text for text, _ in asked), *unanswered],
        passages=passages,
        right=[*(position for _, position in asked), *(len(passages) for _ in unanswered)],
        ignored=np.concatenate([ignored, none]),
    )


def _draw_unanswered(
    lesson: Lesson, settings: TuningSettings, rng: np.random.Generator
) -> Iterator[str]:
    for _ in range(settings.unanswered):
        texts = lesson.unanswered[LANGUAGES[int(rng.integers(2))]]
        if texts:
            yield texts[int(rng.integers(len(texts)))]


def _draw_question(fact: Fact, rng: np.random.Generator) -> str:
    texts = fact.questions[LANGUAGES[int(rng.integers(2))]]
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


class Tuner:
    """One run of the stage.

    Args:
        student: The network, as the stage before left it.
        tokenizer: Its tokenizer.
        teacher: What is distilled again; None for no replay.
        pairs: Aligned sentences for the replay.
        lessons: What is learnt from.
        settings: How.
        checkpoint: The file that a stopped run goes on from.
    """

    def __init__(
        self,
        student: Student,
        tokenizer: Tokenizer,
        *,
        teacher: Teacher | None,
        pairs: Pairs,
        lessons: Sequence[Lesson],
        settings: TuningSettings,
        checkpoint: Path,
    ) -> None:
        self.student = student
        self.tokenizer = tokenizer
        self._teacher = teacher
        self._pairs = pairs
        self._batches = list(batches_of(lessons, settings))
        self._settings = settings
        self._checkpoint = checkpoint
        self._device = student.rows.device
        self._optimizers = make_optimizers(
            student, rows_rate=settings.rows_rate, body_rate=settings.body_rate
        )

    def train(self) -> None:
        """Train to the end, from the last checkpoint where there is one."""
        position = self._resume()
        saved_s = time.monotonic()
        for step in range(position.step, len(self._batches)):
            loss = self._step(step)
            if step % 20 == 0:
                _log.info("step %d of %d, loss %.3f", step, len(self._batches), loss)
            if time.monotonic() - saved_s > self._settings.checkpoint_s:
                self._save(step + 1)
                saved_s = time.monotonic()
        self._save(len(self._batches))

    def _step(self, step: int) -> float:
        batch, settings = self._batches[step], self._settings
        factor = learning_rate_factor(
            step / len(self._batches), step,
            warmup_steps=settings.warmup_steps, floor=settings.rate_floor,
        )  # fmt: skip
        for name, rate in (("rows", settings.rows_rate), ("body", settings.body_rate)):
            for group in self._optimizers[name].param_groups:
                group["lr"] = rate * factor
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=settings.fast):
            loss = contrastive_loss(
                self._vectors(batch.questions),
                self._vectors(batch.passages),
                torch.tensor(batch.right, device=self._device),
                torch.from_numpy(batch.ignored).to(self._device),
            )
            if self._teacher is not None:
                loss = loss + settings.replay_weight * self._replay(step, self._teacher)
        require_finite(loss)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in self._optimizers.values():
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        """Return the texts' vectors; groups alike in length, so that little is padding."""
        ids = tokenize(self.tokenizer, texts)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        parts = [
            self.student(*pad([ids[i] for i in order[start : start + _GROUP]], self._device))
            for start in range(0, len(order), _GROUP)
        ]
        return torch.cat(parts)[torch.tensor(np.argsort(order), device=self._device)]

    def _replay(self, step: int, teacher: Teacher) -> Tensor:
        rng = np.random.default_rng([self._settings.seed, step, 5])
        chosen = rng.integers(len(self._pairs), size=self._settings.replayed).tolist()
        english = [self._pairs.english[i] for i in chosen]
        sides = (self._pairs.english, self._pairs.russian)
        seen = [sides[int(rng.integers(2))][i] for i in chosen]
        ids = tokenize(self.tokenizer, english)
        wanted = torch.from_numpy(encode(teacher, ids, device=self._device)).to(self._device)
        return distillation_loss(self._vectors(seen), wanted, wanted)

    def _resume(self) -> Position:
        if not self._checkpoint.is_file():
            return Position()
        position, states = load_checkpoint(self._checkpoint)
        self.student.load_state_dict(cast("dict[str, Tensor]", states["student"]))
        for name, optimizer in self._optimizers.items():
            optimizer.load_state_dict(states[name])
        _log.info("resumed at step %d", position.step)
        return position

    def _save(self, step: int) -> None:
        states: dict[str, object] = {"student": self.student.state_dict()}
        states |= {name: one.state_dict() for name, one in self._optimizers.items()}
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        save_checkpoint(self._checkpoint, position=replace(Position(), step=step), states=states)


def hit_at_1(student: Student, tokenizer: Tokenizer, lessons: Sequence[Lesson]) -> dict[str, float]:
    """Return the share of questions whose nearest chunk holds the answer, for each direction.

    `ru-en` is a Russian question among the English chunks of all the lessons.
    """
    device = student.rows.device
    figures: dict[str, float] = {}
    for language in LANGUAGES:
        texts = [passage_text(c) for lesson in lessons for c in lesson.chunks[language]]
        passages = encode(student, tokenize(tokenizer, texts), device=device)
        starts = np.cumsum([0, *(len(lesson.chunks[language]) for lesson in lessons)])
        for asked in LANGUAGES:
            questions, right = _questions_of(lessons, asked, language, starts.tolist())
            vectors = encode(student, tokenize(tokenizer, questions), device=device)
            nearest = (vectors @ passages.T).argmax(axis=1).tolist()
            hits = [place in places for place, places in zip(nearest, right, strict=True)]
            figures[f"{asked}-{language}"] = float(np.mean(hits))
    return figures


def _questions_of(
    lessons: Sequence[Lesson], asked: Language, language: Language, starts: Sequence[int]
) -> tuple[list[str], list[set[int]]]:
    questions: list[str] = []
    right: list[set[int]] = []
    for lesson, start in zip(lessons, starts, strict=False):
        for fact in lesson.facts:
            places = {start + i for i in lesson.answers(fact, language)}
            questions.extend(fact.questions[asked])
            right.extend([places] * len(fact.questions[asked]))
    return questions, right
