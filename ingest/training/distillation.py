"""The training loop: by chunks of the plan, until the time is up."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ingest.training.bitext import Vectors
from ingest.training.checkpoint import Position, load_checkpoint, save_checkpoint
from ingest.training.evaluation import DevSet, evaluate, report_line, student_encoder
from ingest.training.losses import distillation_loss, learning_rate_factor, require_finite
from ingest.training.plan import Item, Plan, batches
from ingest.training.student import Student, encode, pad, tokenize
from ingest.training.threads import ThreadChooser
from ingest.training.workspace import Workspace, build_student

Stage = Literal["frozen", "full", "everyday"]
CHECKPOINT_FILE = "checkpoint.pt"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one stage is trained."""

    stage: Stage
    """`frozen`: only the Cyrillic rows learn. The others: the body learns too."""
    minutes: float
    """Training time, evaluations included; the learning rate falls over it."""
    steps: int | None = None
    """Most steps, over all resumptions; the learning rate falls over them if they end first."""
    rows_rate: float
    """Highest learning rate of the Cyrillic rows."""
    body_rate: float = 6e-5
    """Highest learning rate of the body, where it learns."""
    rate_floor: float = 0.02
    """Share of the learning rate that is left at the end."""
    warmup_steps: int = 50
    checkpoint_s: float = 180.0
    evaluate_s: float = 600.0
    fast: bool = True
    """Compute in bfloat16 (weights stay float32)."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    ids: list[list[int]]
    teacher: Tensor
    batches: list[list[int]]


class Trainer:
    """One stage of a run.

    Args:
        workspace: Folders and tokenizer of the run.
        student: The network, on its device.
        plan: What is learnt from.
        settings: How.
        folder: Where the stage keeps its checkpoint.
    """

    def __init__(
        self, workspace: Workspace, student: Student, plan: Plan, settings: Settings, folder: Path
    ) -> None:
        self._workspace = workspace
        self._student = student
        self._plan = plan
        self._settings = settings
        self._folder = folder
        self._device = student.rows.device
        self._position = Position()
        self._optimizers = make_optimizers(
            student,
            rows_rate=settings.rows_rate,
            body_rate=None if settings.stage == "frozen" else settings.body_rate,
        )
        self._threads = ThreadChooser(torch.get_num_threads(), torch.set_num_threads)
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def position(self) -> Position:
        """How far the run has come."""
        return self._position

    def resume(self) -> None:
        """Go back to the last checkpoint of this stage, where there is one."""
        path = self._folder / CHECKPOINT_FILE
        if not path.is_file():
            return
        self._position, states = load_checkpoint(path)
        self._student.load_state_dict(cast("dict[str, Tensor]", states["student"]))
        for name, optimizer in self._optimizers.items():
            optimizer.load_state_dict(states[name])
        _log.info("resumed at %s", self._position)

    def save(self) -> None:
        """Write the checkpoint."""
        states: dict[str, object] = {"student": self._student.state_dict()}
        states |= {name: one.state_dict() for name, one in self._optimizers.items()}
        save_checkpoint(self._folder / CHECKPOINT_FILE, position=self._position, states=states)

    def train(self, dev: DevSet | None) -> None:
        """Train until the time is up, with checkpoints and evaluations in between."""
        clock = _Clock(self._position.elapsed_s)
        saved = evaluated = clock.elapsed_s
        losses: list[float] = []
        for batch in self._batches():
            if self._used_share() >= 1:
                break
            losses.append(self._step(batch))
            self._position = replace(self._position, elapsed_s=clock.elapsed_s)
            if self._position.step % 50 == 0:
                self._log_progress(losses)
            if clock.elapsed_s - saved > self._settings.checkpoint_s:
                self.save()
                saved = clock.elapsed_s
            if dev is not None and clock.elapsed_s - evaluated > self._settings.evaluate_s:
                self._evaluate(dev)
                evaluated = clock.elapsed_s
        self.save()
        if dev is not None:
            self._evaluate(dev)

    def _used_share(self) -> float:
        """Return how much of the time or of the steps is used up, whichever is more."""
        settings, position = self._settings, self._position
        of_time = position.elapsed_s / (settings.minutes * 60)
        return max(of_time, position.step / settings.steps if settings.steps else 0.0)

    def _log_progress(self, losses: list[float]) -> None:
        position = self._position
        _log.info(
            "step %d, %d texts, %.1f min, loss %.3f",
            position.step, position.texts, position.elapsed_s / 60, float(np.mean(losses)),
        )  # fmt: skip
        losses.clear()

    def _evaluate(self, dev: DevSet) -> None:
        encoder = student_encoder(
            self._student, self._workspace.tokenizer, fast=self._settings.fast
        )
        line = report_line(evaluate(encoder, dev), self._position, stage=self._settings.stage)
        _log.info(line)
        with (self._workspace.folder / "scores.tsv").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _batches(self) -> Iterator[tuple[_Chunk, list[int]]]:
        while True:
            chunk = self._load_chunk(self._position.chunk)
            for batch in chunk.batches[self._position.batch :]:
                yield chunk, batch
            self._position = replace(self._position, chunk=self._position.chunk + 1, batch=0)

    def _load_chunk(self, number: int) -> _Chunk:
        items = self._plan.chunk(number)
        ids = tokenize(self._workspace.tokenizer, [item.student for item in items])
        teacher = torch.from_numpy(self._teacher_vectors(items, number).astype(np.float32))
        order = batches([len(one) for one in ids], self._plan.settings, number=number)
        return _Chunk(ids=ids, teacher=teacher.to(self._device), batches=order)

    def _teacher_vectors(self, items: list[Item], number: int) -> NDArray[np.float16]:
        path = self._folder / f"teacher-{number:05d}-{_digest(items)}.npy"
        with suppress(FileNotFoundError, ValueError, EOFError):
            cached: NDArray[np.float16] = np.load(path)
            if len(cached) == len(items):
                return cached
        english = tokenize(self._workspace.tokenizer, [item.english for item in items])
        vectors: Vectors = encode(
            self._workspace.teacher, english, device=self._device, fast=self._settings.fast
        )
        half = vectors.astype(np.float16)
        np.save(path, half)
        for old in self._folder.glob("teacher-*.npy"):
            if old.name != path.name:
                old.unlink()
        return half

    def _step(self, chosen: tuple[_Chunk, list[int]]) -> float:
        chunk, batch = chosen
        started_s = time.monotonic()
        ids, mask = pad([chunk.ids[i] for i in batch], self._device)
        self._set_rates()
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._settings.fast):
            vectors = self._student(ids, mask)
            loss = distillation_loss(vectors, chunk.teacher[batch], chunk.teacher)
        require_finite(loss)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in self._optimizers.values():
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        position = self._position
        self._position = replace(
            position,
            batch=position.batch + 1, step=position.step + 1, texts=position.texts + len(batch),
        )  # fmt: skip
        value = float(loss.detach())
        self._threads.record(tokens=ids.numel(), seconds=time.monotonic() - started_s)
        return value

    def _set_rates(self) -> None:
        settings = self._settings
        factor = learning_rate_factor(
            self._used_share(), self._position.step,
            warmup_steps=settings.warmup_steps, floor=settings.rate_floor,
        )  # fmt: skip
        for name, rate in (("rows", settings.rows_rate), ("body", settings.body_rate)):
            if name in self._optimizers:
                for group in self._optimizers[name].param_groups:
                    group["lr"] = rate * factor


def _digest(items: Iterable[Item]) -> str:
    """Name the texts: a run may go on with other data than it began with."""
    texts = "\n".join(item.english for item in items)
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


class _Clock:
    def __init__(self, before_s: float) -> None:
        self._start = time.monotonic() - before_s

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._start


def make_optimizers(
    student: Student, *, rows_rate: float, body_rate: float | None
) -> dict[str, torch.optim.Optimizer]:
    """Return the optimizers by name, and let gradients flow to what they learn and no further.

    Args:
        student: What learns.
        rows_rate: Learning rate of the Cyrillic rows.
        body_rate: Learning rate of the body; None keeps it fixed.
    """
    for parameter in student.parameters():
        parameter.requires_grad = False
    student.rows.requires_grad = True
    made: dict[str, torch.optim.Optimizer] = {
        "rows": torch.optim.SparseAdam([student.rows], lr=rows_rate)
    }
    if body_rate is not None:
        body = list(student.body_parameters())
        for parameter in body:
            parameter.requires_grad = True
        made["body"] = torch.optim.AdamW(body, lr=body_rate, weight_decay=0.0)
    return made


def start_from(workspace: Workspace, checkpoint: Path | None) -> Student:
    """Build a student from the initial rows, or as another stage's checkpoint left it."""
    student = build_student(workspace)
    if checkpoint is not None:
        _, states = load_checkpoint(checkpoint)
        student.load_state_dict(cast("dict[str, Tensor]", states["student"]))
    return student
