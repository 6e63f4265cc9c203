"""A late stage: learn to find the answering chunk for a question, among its neighbours.

Contrastive learning with in-batch negatives (Karpukhin et al. 2020, "Dense passage retrieval") over
batches of whole lessons. Part of every step distils the teacher again over aligned sentences, so
that neither language is forgotten.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn

from ingest.training.checkpoint import Position, load_checkpoint, save_checkpoint
from ingest.training.distillation import make_optimizers
from ingest.training.lesson_batches import BatchSettings, batches_of
from ingest.training.lessons import Lesson
from ingest.training.losses import (
    contrastive_loss,
    distillation_loss,
    learning_rate_factor,
    require_finite,
)
from ingest.training.pairs import Pairs
from ingest.training.student import Student, encode, pad, tokenize

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_log = logging.getLogger(__name__)
_GROUP = 24
"""Texts that go through the network at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTuningSettings:
    """How the stage is trained."""

    batches: BatchSettings = field(default_factory=BatchSettings)
    replayed: int = 32
    """Aligned pairs a step that the teacher is distilled over."""
    replay_weight: float = 0.3
    rows_rate: float = 4e-4
    body_rate: float = 6e-5
    warmup_steps: int = 30
    rate_floor: float = 0.05
    checkpoint_s: float = 180.0
    fast: bool = True
    """Compute in bfloat16 (weights stay float32)."""


class LessonTuner:
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
        teacher: nn.Module | None,
        pairs: Pairs,
        lessons: Sequence[Lesson],
        settings: LessonTuningSettings,
        checkpoint: Path,
    ) -> None:
        self.student = student
        self.tokenizer = tokenizer
        self._teacher = teacher
        self._pairs = pairs
        self._batches = list(batches_of(lessons, settings.batches))
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

    def _replay(self, step: int, teacher: nn.Module) -> Tensor:
        rng = np.random.default_rng([self._settings.batches.seed, step, 5])
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
