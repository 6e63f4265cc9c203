"""Weights in a file, a byte a number: a row's numbers are kept as shares of its largest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

_SCALE: Final = ".scale"
_LEVELS: Final = 127


def write_packed(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors; the numbers of matrices are rounded, all others are kept as they are."""
    from safetensors.torch import save_file

    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        packed |= _packed(name, tensor.detach().cpu().contiguous())
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(packed, path)
    path.chmod(0o644)  # safetensors writes for the owner alone


def read_packed(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file, those that were rounded as float32."""
    from safetensors.torch import load_file

    stored = load_file(path)
    scales = {name: stored.pop(name) for name in list(stored) if name.endswith(_SCALE)}
    return {
        name: tensor.float() * scales[name + _SCALE] if name + _SCALE in scales else tensor
        for name, tensor in stored.items()
    }


def _packed(name: str, tensor: Tensor) -> dict[str, Tensor]:
    if tensor.dim() != 2:
        return {name: tensor}
    scale = (tensor.float().abs().amax(dim=1, keepdim=True) / _LEVELS).clamp(min=1e-12)
    return {name: (tensor / scale).round().to(torch.int8), name + _SCALE: scale}
