"""Token vectors for late interaction: what the model's token head makes of its last states.

Khattab & Zaharia 2020, "ColBERT"; `ingest.training.token_head` trains the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np

from kb.ports import NO_TOKENS, FloatArray

HEAD_FILE: Final = "token_head.safetensors"
"""Beside the weights of a model that has a head."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenHead:
    """Two linear maps of a token's last state: to a short vector, and to its weight."""

    projection: FloatArray
    """Shape (token dimension, dimension)."""
    weight: FloatArray
    """Shape (dimension,)."""
    bias: float

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Return the head of the model in a folder; None where it has none."""
        from safetensors.numpy import load_file

        path = folder / HEAD_FILE
        if not path.is_file():
            return None
        parts = {name: part.astype(np.float32) for name, part in load_file(path).items()}
        return cls(parts["projection"], parts["weight"], float(parts["bias"][0]))

    def of_document(self, states: FloatArray) -> FloatArray:
        """Return one unit vector for each token.

        Args:
            states: Last states, the marks of beginning and end among them, shape
                (tokens + 2, dimension).
        """
        inner = states[1:-1]
        if not len(inner):
            return NO_TOKENS
        vectors = inner @ self.projection.T
        unit: FloatArray = vectors / np.maximum(
            np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12)
        )
        return unit

    def of_question(self, states: FloatArray) -> FloatArray:
        """Return one vector for each token, as long as its weight; the weights are 1 in all."""
        vectors = self.of_document(states)
        if not len(vectors):
            return vectors
        weights = np.logaddexp(np.float32(0), states[1:-1] @ self.weight + np.float32(self.bias))
        weighted: FloatArray = vectors * (weights / weights.sum())[:, None]
        return weighted
