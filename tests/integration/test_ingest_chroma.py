from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.errors import IndexUnavailableError
from kb.model import ChunkId
from kb.ports import ChunkStore
from kb.store.chroma import ChromaStore
from tests.unit.kb.store.contracts import DIMENSION, ChunkStoreContract, unit, window


class TestChromaStore(ChunkStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[ChunkStore]:
        store = ChromaStore(tmp_path / "vectors", dimension=DIMENSION)
        yield store
        store.close()


def test_vectors_are_there_again_after_a_restart(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, dimension=DIMENSION)
    rng = np.random.default_rng(0)
    vectors = [unit(*rng.normal(size=DIMENSION)) for _ in range(1500)]
    store.upsert([window(f"c{n}", vector) for n, vector in enumerate(vectors)])
    store.close()
    again = ChromaStore(tmp_path, dimension=DIMENSION)
    again.probe()
    assert again.count() == 1500
    for n in (0, 700, 1499):
        assert again.query(vectors[n], top_k=1)[0].chunk == f"c{n}"
    again.close()


def test_a_vector_of_another_length_is_refused(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, dimension=DIMENSION)
    with pytest.raises(ValueError, match="3 numbers in an index of 8"):
        store.upsert([window("x", unit(1)[:3])])
    assert store.chunk_ids() == set()
    store.close()


def test_a_lost_vector_index_is_noticed(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path, dimension=DIMENSION)
    store.upsert([window(f"c{n}", unit(1, n / 10)) for n in range(5)])
    store.probe()
    store.delete([ChunkId(f"c{n}") for n in range(5)])
    store.probe()
    store.close()
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(IndexUnavailableError) as caught:
        ChromaStore(tmp_path / ".", dimension=DIMENSION).probe()
    assert caught.value.code == "index_damaged"
