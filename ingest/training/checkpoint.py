"""A run's state on disk, written so that a kill at any moment leaves the last one whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a run has come; the plan turns it into the next batch."""

    chunk: int = 0
    batch: int = 0
    """The next batch of the chunk."""
    step: int = 0
    texts: int = 0
    """Texts the student has read."""
    elapsed_s: float = 0.0
    """Training time, over all resumptions."""


def save_checkpoint(path: Path, *, position: Position, states: Mapping[str, object]) -> None:
    """Write a checkpoint beside `path`, flush it to disk, then put it in place."""
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        torch.save({"position": asdict(position), "states": dict(states)}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load_checkpoint(path: Path) -> tuple[Position, dict[str, dict[str, object]]]:
    """Read a checkpoint: the position and the named states that were saved with it."""
    document = torch.load(path, map_location="cpu", weights_only=True)
    return Position(**document["position"]), document["states"]
