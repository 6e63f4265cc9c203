"""What is kept of a text is what the model made of it, and a lost part is noticed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from kb.ports import NO_TOKENS, Embedding
from kb.store.embeddings import EmbeddingCache


def embedding(seed: int, tokens: int) -> Embedding:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(tokens + 1, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embedding(vectors[0], vectors[1:] if tokens else NO_TOKENS)


@pytest.fixture
def cache(tmp_path: Path) -> EmbeddingCache:
    return EmbeddingCache(tmp_path / "known.sqlite3", dimension=8)


def test_vectors_and_token_vectors_come_back(cache: EmbeddingCache) -> None:
    given = {"a": embedding(1, 5), "b": embedding(2, 1), "plain": embedding(3, 0)}
    cache.put(given.items())
    vectors, kept = cache.get([*given, "unknown"]), cache.read([*given, "unknown"])
    assert set(vectors) == set(kept) == set(given)
    for key, one in kept.items():
        assert one.tokens.dtype == np.int8
        assert one.tokens.shape == given[key].tokens.shape
        assert np.allclose(one.tokens / 127, given[key].tokens, atol=0.005)
        assert np.array_equal(vectors[key], given[key].vector)
        assert np.array_equal(one.vector, given[key].vector)


def test_what_is_forgotten_leaves_nothing(cache: EmbeddingCache) -> None:
    cache.put([("a", embedding(1, 5)), ("b", embedding(2, 5))])
    assert cache.keep_only({"b"}) == 1
    assert cache.count() == 1
    assert set(cache.get(["a", "b"])) == set(cache.read(["a", "b"])) == {"b"}


def damage(path: Path) -> None:
    """Overwrite all pages but the first, which alone is read when the file is opened."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def test_a_file_with_damaged_pages_is_begun_afresh(tmp_path: Path) -> None:
    path = tmp_path / "known.sqlite3"
    cache = EmbeddingCache(path, dimension=8)
    given = [(str(number), embedding(number, 20)) for number in range(200)]
    cache.put(given)
    cache.close()
    damage(path)
    cache = EmbeddingCache(path, dimension=8)
    assert cache.count() == 0
    cache.put(given)
    assert cache.count() == 200
    assert set(cache.read([key for key, _ in given])) == {key for key, _ in given}


@pytest.mark.parametrize("use", ["get", "read", "put", "keep_only"])
def test_whatever_meets_the_damage_goes_on(tmp_path: Path, use: str) -> None:
    path = tmp_path / "known.sqlite3"
    cache = EmbeddingCache(path, dimension=8)
    cache.put((str(number), embedding(number, 20)) for number in range(200))
    cache.close()
    damage(path)
    cache = EmbeddingCache(path, dimension=8)
    if use == "put":
        cache.put([("a", embedding(1, 5))])
    elif use == "keep_only":
        cache.keep_only({"1"})
    else:
        assert getattr(cache, use)(["1", "7"]) == {}
    assert set(cache.get(["a", "1"])) == ({"a"} if use == "put" else set())


def test_a_file_that_is_in_use_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known.sqlite3"
    cache = EmbeddingCache(path, dimension=8)
    cache.put([("a", embedding(1, 5))])
    cache.close()

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("kb.store.embeddings.Database", fail)
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            EmbeddingCache(path, dimension=8)
    assert set(EmbeddingCache(path, dimension=8).get(["a"])) == {"a"}


def test_a_vector_of_another_length_is_unknown(tmp_path: Path, cache: EmbeddingCache) -> None:
    cache.put([("a", embedding(1, 5))])
    cache.close()
    other = EmbeddingCache(tmp_path / "known.sqlite3", dimension=16)
    assert other.get(["a"]) == other.read(["a"]) == {}
    other.close()
