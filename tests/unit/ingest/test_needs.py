"""The vectors of needs beside a model's weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ingest.models.needs import NEEDS_FILE, load_needs, save_needs
from ingest.training.needs import distinct


def test_what_is_saved_is_loaded_as_unit_vectors(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    save_needs(vectors, tmp_path)
    loaded = load_needs(tmp_path)
    assert loaded.shape == (50, 32)
    assert np.allclose(np.linalg.norm(loaded, axis=1), 1.0, atol=1e-6)
    assert float((loaded * vectors).sum(axis=1).min()) > 0.97
    assert np.abs(loaded @ vectors.T - vectors @ vectors.T).max() < 0.1
    assert (tmp_path / NEEDS_FILE).stat().st_size < 50 * 32 / 2 + 200


def test_a_number_far_out_is_cut_off_alone(tmp_path: Path) -> None:
    vector = np.full((1, 64), 0.05, dtype=np.float32)
    vector[0, ::2] *= -1
    vector[0, 7] = 0.8
    vector /= np.linalg.norm(vector)
    save_needs(vector, tmp_path)
    loaded = load_needs(tmp_path)
    assert (np.sign(loaded) == np.sign(vector)).all()
    assert int(np.abs(loaded).argmax()) == 7


def test_a_model_without_needs_knows_none(tmp_path: Path) -> None:
    assert load_needs(tmp_path).size == 0


def test_a_need_nearly_the_same_as_one_before_is_left_out() -> None:
    axes = np.eye(4, dtype=np.float32)
    near = (axes[0] + 0.1 * axes[1]) / np.float32(np.sqrt(1.01))
    kept = distinct(np.stack([axes[0], axes[1], near, axes[2], axes[1]]))
    assert np.array_equal(kept, axes[:3])
    assert len(distinct(np.tile(axes, (400, 1)))) == 4
    assert distinct(axes[:0]).shape == (0, 4)
