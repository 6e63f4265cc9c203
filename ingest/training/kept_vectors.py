"""Vectors of texts, kept in a run's folder: a step that goes on need not make them again.

Of all that vaults and lessons hold, making them takes a processor ten minutes and more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from ingest.models.model_files import WEIGHTS_FILE, file_hash
from ingest.training.bitext import Vectors
from ingest.training.evaluation import Encoder

_ROWS: Final = np.float16


@contextmanager
def kept_vectors(encode: Encoder, *, model: Path, folder: Path) -> Iterator[Encoder]:
    """Give an encoder that makes the vector of each text once; those made are kept at the end.

    Args:
        encode: Makes those that are not kept.
        model: The exported folder of what encodes; vectors of other weights are not taken.
        folder: Where they are kept.
    """
    path = folder / f"vectors-{file_hash(model / WEIGHTS_FILE).hex()[:16]}.npz"
    known = _read(path)
    before = len(known)

    def encode_new(texts: Sequence[str]) -> Vectors:
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts]).astype(np.float32)

    try:
        yield encode_new
    finally:
        if len(known) > before:
            _write(known, path)


def _read(path: Path) -> dict[str, Vectors]:
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        texts = bytes(stored["texts"]).decode("utf-8").split("\0")
        return dict(zip(texts, stored["rows"], strict=True))


def _write(known: dict[str, Vectors], path: Path) -> None:
    """Write the vectors whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".part.npz")
    texts = np.frombuffer("\0".join(known).encode("utf-8"), dtype=np.uint8)
    np.savez(written, texts=texts, rows=np.stack(list(known.values())).astype(_ROWS))
    written.replace(path)
