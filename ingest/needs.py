"""What people commonly need, as vectors that lie beside a model's weights.

`ingest.training.needs` makes them of `data/training/phrasings`; `kb.retrieval.needs` tells what
they are for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from kb.ports import NO_NEEDS, FloatArray

NEEDS_FILE: Final = "needs.safetensors"
"""Beside the weights of a model that knows needs."""
_TINY: Final = np.float32(1e-12)


def load_needs(folder: Path) -> FloatArray:
    """Return unit vectors, shape (needs, dimension); `NO_NEEDS` from a model without any."""
    from safetensors.numpy import load_file

    path = folder / NEEDS_FILE
    if not path.is_file():
        return NO_NEEDS
    vectors = load_file(path)["vectors"].astype(np.float32)
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=1), _TINY)[:, None]
    return unit


def save_needs(vectors: FloatArray, folder: Path) -> None:
    """Write vectors beside the weights of a model, a byte a number; their lengths are lost."""
    from safetensors.numpy import save_file

    steps = 127 / max(float(np.abs(vectors).max(initial=0.0)), float(_TINY))
    path = folder / NEEDS_FILE
    save_file({"vectors": np.rint(vectors * steps).astype(np.int8)}, path)
    path.chmod(0o644)  # safetensors writes for the owner alone
