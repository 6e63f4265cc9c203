"""Vectors of a manual's texts: embedded once a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.models.kept_vectors import kept_vectors
from tests.fakes import FakeEmbedder

TEXTS = ["docker cp: copies files", "docker ps: lists containers", "docker cp: copies files"]


def test_texts_are_embedded_once(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    first = kept_vectors(tmp_path / "texts", embedder, TEXTS)
    assert len(embedder.embedded) == 2
    again = kept_vectors(tmp_path / "texts", embedder, [*TEXTS, "docker rm: removes a container"])
    assert len(embedder.embedded) == 3
    assert len(again) == 4
    for one, other in zip(first, again, strict=False):
        assert np.array_equal(one, other)
    assert np.array_equal(first[1], embedder.embed_documents([TEXTS[1]])[0].vector)


def test_what_another_model_left_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "other.sqlite3").write_bytes(b"")
    kept_vectors(tmp_path, FakeEmbedder(), TEXTS)
    (kept,) = tmp_path.glob("*.sqlite3")
    assert kept.name != "other.sqlite3"


def test_a_file_that_is_damaged_is_begun_afresh(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    first = kept_vectors(tmp_path, embedder, TEXTS)
    (kept,) = tmp_path.glob("*.sqlite3")
    kept.write_bytes(b"no database at all" * 100)
    assert np.array_equal(kept_vectors(tmp_path, embedder, TEXTS), first)


def test_a_folder_that_cannot_be_written_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "texts").write_text("a file, not a folder", encoding="utf-8")
    vectors = kept_vectors(tmp_path / "texts", FakeEmbedder(), TEXTS)
    assert len(vectors) == 3
    assert "cannot be kept" in caplog.text
