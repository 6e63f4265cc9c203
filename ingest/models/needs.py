"""What people commonly need, as vectors that lie beside a model's weights.

`ingest.training.needs` makes them of `data/training`; `kb.retrieval.needs` tells what they are for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kb.ports import NO_NEEDS, FloatArray

NEEDS_FILE: Final = "needs.safetensors"
"""Beside the weights of a model that knows needs."""
_LEVELS: Final = 15
"""Steps between the smallest and the largest number that four bits tell apart."""
_CLIP: Final = 2.7
"""Standard deviations of a vector's numbers that the steps cover; what is beyond is cut off."""
_TINY: Final = np.float32(1e-12)


def load_needs(folder: Path) -> FloatArray:
    """Return unit vectors, shape (needs, dimension); `NO_NEEDS` from a model without any."""
    from safetensors.numpy import load_file

    path = folder / NEEDS_FILE
    return _unpacked(load_file(path)["codes"]) if path.is_file() else NO_NEEDS


def save_needs(vectors: FloatArray, folder: Path) -> None:
    """Write unit vectors, an even number of numbers each, beside the weights of a model.

    Four bits a number: a cosine of what is read back is off by .006 (standard deviation), less
    than two ways to write a need differ.
    """
    from safetensors.numpy import save_file

    path = folder / NEEDS_FILE
    save_file({"codes": _packed(vectors)}, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


def _packed(vectors: FloatArray) -> NDArray[np.uint8]:
    deviation = np.maximum(vectors.std(axis=1, keepdims=True), _TINY)
    share = vectors / (2 * _CLIP * deviation) + 0.5
    codes = np.rint(np.clip(share, 0, 1) * _LEVELS).astype(np.uint8)
    packed: NDArray[np.uint8] = codes[:, 0::2] << 4 | codes[:, 1::2]
    return packed


def _unpacked(packed: NDArray[np.uint8]) -> FloatArray:
    codes = np.stack([packed >> 4, packed & _LEVELS], axis=2).reshape(len(packed), -1)
    centred = codes.astype(np.float32) - np.float32(_LEVELS / 2)
    # The deviation is not kept: a vector's length is 1, whatever its steps.
    unit: FloatArray = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return unit
