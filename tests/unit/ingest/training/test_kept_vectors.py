"""Vectors that were made once are there again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.training.bitext import Vectors
from ingest.training.kept_vectors import kept_vectors
from tests.unit.ingest.training.tiny import encode

TEXTS = ["один", "two\nlines", "один", ""]


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

    for _ in range(2):
        with kept_vectors(counted, model=model, folder=tmp_path / "run") as found:
            assert np.allclose(found(TEXTS), encode(TEXTS), atol=1e-3)
            assert found(TEXTS).dtype == np.float32
        assert made == ["один", "two\nlines", ""]


def test_vectors_of_other_weights_are_not_taken(model: Path, tmp_path: Path) -> None:
    with kept_vectors(encode, model=model, folder=tmp_path) as found:
        found(TEXTS)
    (model / "model.safetensors").write_bytes(b"other weights")
    with kept_vectors(lambda texts: -encode(texts), model=model, folder=tmp_path) as found:
        assert np.allclose(found(TEXTS), -encode(TEXTS), atol=1e-3)


def test_what_was_made_before_a_failure_is_kept(model: Path, tmp_path: Path) -> None:
    def failing(texts: Sequence[str]) -> Vectors:
        if "fails" in texts:
            raise RuntimeError("fails")
        return encode(texts)

    def stopped() -> None:
        with kept_vectors(failing, model=model, folder=tmp_path) as found:
            found(TEXTS)
            found(["fails"])

    with pytest.raises(RuntimeError):
        stopped()
    with kept_vectors(failing, model=model, folder=tmp_path) as found:
        assert np.allclose(found(TEXTS), encode(TEXTS), atol=1e-3)
    assert [path.suffix for path in tmp_path.glob("vectors-*")] == [".npz"]
