"""Training for so many minutes, over as many goes as it takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ingest.training.checkpoint import Position, load_checkpoint, save_checkpoint

_log = logging.getLogger(__name__)
_TOLD = 50
"""Steps from one line of the log to the next."""


class Stateful(Protocol):
    """What goes into a checkpoint: a network or an optimizer."""

    def state_dict(self) -> Any:
        """Return its state."""

    def load_state_dict(self, state_dict: Any, /) -> Any:
        """Take a state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRun:
    """How long is trained, and where the state is kept."""

    minutes: float
    checkpoint: Path
    """The file that a stopped run goes on from."""
    steps: int | None = None
    """Most steps."""
    checkpoint_s: float = 300.0

    def train(self, parts: Mapping[str, Stateful], step: Callable[[int, float], float]) -> None:
        """Take steps to the end of the time, from the last checkpoint where there is one.

        Args:
            parts: What changes in a step, by its name in the checkpoint.
            step: Takes the number of the step and the share of the time that is used up, 0-1;
                returns the loss.
        """
        seconds = self.minutes * 60
        position = self._resume(parts)
        started, saved = time.monotonic() - position.elapsed_s, time.monotonic()
        while (elapsed := time.monotonic() - started) < seconds:
            if self.steps is not None and position.step >= self.steps:
                break
            loss = step(position.step, elapsed / seconds)
            position = replace(position, step=position.step + 1)
            if position.step % _TOLD == 0:
                _log.info("step %d, %.0f s, loss %.3f", position.step, elapsed, loss)
            if time.monotonic() - saved > self.checkpoint_s:
                self._save(parts, replace(position, elapsed_s=elapsed))
                saved = time.monotonic()
        self._save(parts, replace(position, elapsed_s=seconds))

    def _resume(self, parts: Mapping[str, Stateful]) -> Position:
        if not self.checkpoint.is_file():
            return Position()
        position, states = load_checkpoint(self.checkpoint)
        for name, part in parts.items():
            part.load_state_dict(states[name])
        _log.info("resumed: %s", asdict(position))
        return position

    def _save(self, parts: Mapping[str, Stateful], position: Position) -> None:
        states = {name: part.state_dict() for name, part in parts.items()}
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        save_checkpoint(self.checkpoint, position=position, states=states)
