"""What is kept of a text is what the model made of it, and a lost part is noticed."""

from __future__ import annotations

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
