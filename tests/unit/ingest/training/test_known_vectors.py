"""Vectors that were made once are there again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.training.bitext import Vectors
from ingest.training.known_vectors import known_vectors
from tests.unit.ingest.training.tiny import encode

TEXTS = ["один", "two\nlines", "один", ""]
DIMENSION = encode(["a"]).shape[1]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_each_text_is_encoded_once(model: Path, tmp_path: Path) -> None:
    made: list[str] = []

    def counted(texts: Sequence[str]) -> Vectors:
        made.extend(texts)
        return encode(texts)

    run = tmp_path / "run"
    for _ in range(2):
        with known_vectors(counted, model=model, folder=run, dimension=DIMENSION) as found:
            assert np.array_equal(found(TEXTS), encode(TEXTS))
        assert made == ["один", "two\nlines", ""]


def test_vectors_of_other_weights_are_not_taken(model: Path, tmp_path: Path) -> None:
    def other(texts: Sequence[str]) -> Vectors:
        return -encode(texts)

    with known_vectors(encode, model=model, folder=tmp_path, dimension=DIMENSION) as found:
        found(TEXTS)
    (model / "model.safetensors").write_bytes(b"other weights")
    with known_vectors(other, model=model, folder=tmp_path, dimension=DIMENSION) as found:
        assert np.array_equal(found(TEXTS), other(TEXTS))
