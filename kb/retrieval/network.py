"""A small network that turns signals into one score.

A linear part and one hidden layer: what one signal is worth hangs on the others. The order of the
candidates and the refusal are decided by one each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalNetwork:
    """The fitted numbers."""

    linear: Weights
    """Shape (signals,)."""
    hidden: Weights
    """Shape (signals, units)."""
    bias: Weights
    """Shape (units,)."""
    output: Weights
    """Shape (units,)."""

    def scores(self, signals: Weights) -> Weights:
        """Return a score for each row of signals, any real number, higher is better.

        Args:
            signals: Shape (…, signals), in the order that it was fitted with.
        """
        bent = np.tanh(signals @ self.hidden + self.bias) @ self.output
        scores: Weights = signals @ self.linear + bent
        return scores

    def to_stored(self, names: Sequence[str]) -> dict[str, object]:
        """Return the numbers for a JSON file, the weights by their signals' names."""
        by_signal = {
            name: {"linear": _rounded(self.linear[i]), "hidden": _rounded(self.hidden[i])}
            for i, name in enumerate(names)
        }
        return {
            "signals": by_signal,
            "bias": _rounded(self.bias),
            "output": _rounded(self.output),
        }


def silent(signals: int, units: int = 16) -> SignalNetwork:
    """Return a network that gives the same score whatever the signals are."""
    return SignalNetwork(
        linear=np.zeros(signals, np.float32),
        hidden=np.zeros((signals, units), np.float32),
        bias=np.zeros(units, np.float32),
        output=np.zeros(units, np.float32),
    )


def mean_of(networks: Sequence[SignalNetwork]) -> SignalNetwork:
    """Return one network that gives the mean of what several give, at least one."""
    return SignalNetwork(
        linear=np.mean([one.linear for one in networks], axis=0, dtype=np.float32),
        hidden=np.concatenate([one.hidden for one in networks], axis=1),
        bias=np.concatenate([one.bias for one in networks]),
        output=np.concatenate([one.output / np.float32(len(networks)) for one in networks]),
    )


def from_stored(stored: Mapping[str, Any], names: Sequence[str]) -> SignalNetwork:
    """Return the network that `to_stored` told; a signal that it does not know counts nothing."""
    output = np.array(stored["output"], np.float32)
    nothing = {"linear": 0.0, "hidden": [0.0] * len(output)}
    rows = [stored["signals"].get(name, nothing) for name in names]
    return SignalNetwork(
        linear=np.array([row["linear"] for row in rows], np.float32),
        hidden=np.array([row["hidden"] for row in rows], np.float32),
        bias=np.array(stored["bias"], np.float32),
        output=output,
    )


def _rounded(values: Weights) -> object:
    return np.round(values.astype(float), 4).tolist()
