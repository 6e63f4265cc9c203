"""Token vectors for late interaction: what is made of a model's last states.

Khattab & Zaharia 2020, "ColBERT"; `ingest.training.tokens` makes the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from kb.ports import NO_TOKENS, FloatArray

HEAD_FILE: Final = "token_head.safetensors"
"""Beside the weights of a model that has a head."""

TokenIds = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TokenHead:
    """What turns the last states of a text's tokens into short vectors, and weighs them."""

    projection: FloatArray
    """The directions that are kept, shape (token dimension, dimension)."""
    weights: FloatArray
    """What each token of the vocabulary counts in a question, above 0, shape (vocabulary,)."""

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Return the head of the model in a folder; None where it has none."""
        from safetensors.numpy import load_file

        path = folder / HEAD_FILE
        if not path.is_file():
            return None
        parts = {name: part.astype(np.float32) for name, part in load_file(path).items()}
        return cls(parts["projection"], parts["weights"])

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
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: FloatArray = vectors / np.maximum(lengths, np.float32(1e-12))
        return unit

    def of_question(self, states: FloatArray, ids: TokenIds) -> FloatArray:
        """Return one vector for each token, as long as its weight; the weights are 1 in all.

        Args:
            states: As above.
            ids: The tokens, the marks among them, shape (tokens + 2,).
        """
        vectors = self.of_document(states)
        if not len(vectors):
            return vectors
        weights = self.weights[ids[1:-1]]
        weighted: FloatArray = vectors * (weights / weights.sum())[:, None]
        return weighted
