"""The token head keeps what tells states apart, and weighs tokens by how rare they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.models.token_vectors import TokenHead
from ingest.training.tokens import principal_directions, rarity, save_head
from kb.retrieval.interaction import interact


def test_the_directions_in_which_states_differ_are_kept() -> None:
    rng = np.random.default_rng(0)
    states = np.zeros((50, 8), np.float32)
    states[:, [2, 5]] = rng.normal(size=(50, 2))
    kept = principal_directions([states[:20], states[20:]], 2)
    assert kept.shape == (2, 8)
    assert np.allclose(np.abs(kept[:, [0, 1, 3, 4, 6, 7]]), 0, atol=1e-6)
    assert np.allclose(kept @ kept.T, np.eye(2), atol=1e-5)


def test_no_more_directions_than_there_are() -> None:
    assert principal_directions([np.eye(4, dtype=np.float32)], 128).shape == (4, 4)
    with pytest.raises(ValueError, match="no states"):
        principal_directions([], 128)


def test_a_rare_token_weighs_more_and_an_unseen_one_most() -> None:
    tokenizer = Tokenizer(models.WordLevel({"how": 0, "restart": 1, "unseen": 2}, unk_token="how"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    often, rare, never = rarity(tokenizer, ["how restart", "how how", "how"], size=3)
    assert 0 < often < rare < never


def test_what_is_saved_compares_as_before(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    head = TokenHead(
        rng.normal(size=(6, 8)).astype(np.float32), np.array([1.0, 3.0, 2.0], np.float32)
    )
    assert TokenHead.load(tmp_path) is None
    save_head(head, tmp_path)
    loaded = TokenHead.load(tmp_path)
    assert loaded is not None
    states = rng.normal(size=(5, 8)).astype(np.float32)
    question = loaded.of_question(states, np.array([0, 1, 1, 2, 0]))
    lengths = np.linalg.norm(question, axis=1)
    assert np.allclose(lengths, np.array([3, 3, 2]) / 8, atol=1e-3)
    kept = np.rint(loaded.of_document(states) * 127).astype(np.int8)
    assert interact(question, [[kept]])[0].mean == pytest.approx(1.0, abs=0.01)
    assert np.allclose(loaded.of_document(states), head.of_document(states), atol=0.01)


def test_a_text_without_tokens_has_no_vectors(tmp_path: Path) -> None:
    head = TokenHead(np.eye(4, dtype=np.float32), np.ones(3, np.float32))
    marks = np.ones((2, 4), np.float32)
    assert head.of_document(marks).size == 0
    assert head.of_question(marks, np.array([0, 1])).size == 0
