"""The small network that turns a chunk's signals into one score.

A linear part and one hidden layer: what one signal is worth hangs on the others (words in common
tell more where the languages are the same; the kind of a chunk matters where the vectors leave it
open). It is fitted on the development questions and the lessons by `kb.evaluation.tuning` (softmax
loss over the candidates of each question): for an index with token vectors, kept in `ranking.json`,
and for one without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.retrieval.features import FEATURE_NAMES, Features

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingModel:
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
        """Return a score for each candidate, any real number, higher is better.

        Args:
            signals: Shape (…, signals), in the order of `FEATURE_NAMES`.
        """
        bent = np.tanh(signals @ self.hidden + self.bias) @ self.output
        scores: Weights = signals @ self.linear + bent
        return scores

    def to_json(self) -> str:
        """Return the model as it is kept in `ranking.json`."""
        return json.dumps(self.to_stored(FEATURE_NAMES), indent=1) + "\n"

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


def empty_model(units: int = 16) -> RankingModel:
    """Return a model that gives every candidate the same score."""
    signals = len(FEATURE_NAMES)
    return RankingModel(
        linear=np.zeros(signals, np.float32),
        hidden=np.zeros((signals, units), np.float32),
        bias=np.zeros(units, np.float32),
        output=np.zeros(units, np.float32),
    )


class SignalSet(StrEnum):
    """Which signals there are to judge by; numbers are fitted for each, under a name of its own."""

    ALL = ""
    NO_READINGS = "-without-readings"
    """There is no reranker; see `kb.retrieval.rereading`."""
    NO_TOKENS = "-without-tokens"
    """There are no token vectors either."""


def fitted_file(name: str, signals: SignalSet) -> str:
    """Return the name of the file in which fitted numbers are kept."""
    return f"{name}{signals}.json"


@lru_cache(maxsize=2)
def load_model(*, with_tokens: bool) -> RankingModel:
    """Return the fitted model; a signal that is not fitted yet counts nothing.

    Args:
        with_tokens: The model for an index with token vectors, or for one without.
    """
    name = fitted_file("ranking", SignalSet.ALL if with_tokens else SignalSet.NO_TOKENS)
    text = files("kb.retrieval").joinpath(name).read_text(encoding="utf-8")
    stored = json.loads(text)
    return from_stored(stored, FEATURE_NAMES)


def from_stored(stored: Mapping[str, Any], names: Sequence[str]) -> RankingModel:
    """Return the model that `to_stored` told; a signal that it does not know counts nothing."""
    output = np.array(stored["output"], np.float32)
    nothing = {"linear": 0.0, "hidden": [0.0] * len(output)}
    rows = [stored["signals"].get(name, nothing) for name in names]
    return RankingModel(
        linear=np.array([row["linear"] for row in rows], np.float32),
        hidden=np.array([row["hidden"] for row in rows], np.float32),
        bias=np.array(stored["bias"], np.float32),
        output=output,
    )


def signal_matrix(features: Sequence[Features]) -> Weights:
    """Return the signals of candidates, shape (candidates, signals)."""
    rows = [one.values() for one in features]
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURE_NAMES))


def _rounded(values: Weights) -> object:
    return np.round(values.astype(float), 4).tolist()
