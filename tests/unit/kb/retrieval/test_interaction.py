"""Token vectors meet as they should, window by window."""

from __future__ import annotations

import numpy as np
import pytest

from kb.ports import NO_TOKENS, FloatArray, TokenArray
from kb.retrieval.interaction import NO_INTERACTION, interact

AXES = np.eye(4, dtype=np.float32)


def kept(*vectors: FloatArray) -> TokenArray:
    return np.rint(np.stack(vectors) * 127).astype(np.int8)


def question(*weights: float) -> FloatArray:
    """One token along each axis, as long as its weight."""
    return np.stack([axis * np.float32(w) for axis, w in zip(AXES, weights, strict=False)])


def test_the_nearest_token_counts_and_its_weight() -> None:
    both, first, none = interact(
        question(0.75, 0.25), [[kept(AXES[1], AXES[0])], [kept(AXES[0])], [kept(AXES[3])]]
    )
    assert both.mean == pytest.approx(1.0)
    assert first.mean == pytest.approx(0.75)
    assert none.mean == pytest.approx(0.0)


def test_the_least_is_of_the_telling_tokens_alone() -> None:
    heavy, light = interact(question(0.8, 0.2), [[kept(AXES[0])], [kept(AXES[1])]])
    assert heavy.least == pytest.approx(1.0)
    assert light.least == pytest.approx(0.0)
    even = interact(question(0.5, 0.5), [[kept(AXES[0])]])[0]
    assert even.least == pytest.approx(0.0)


def test_the_best_window_counts_for_its_chunk() -> None:
    split = [kept(AXES[3]), kept(AXES[0]), kept(AXES[1])]
    found = interact(question(0.6, 0.4), [split, [], [kept(AXES[0], AXES[1])]])
    assert [round(one.mean, 3) for one in found] == [0.6, 0.0, 1.0]
    assert found[1] is NO_INTERACTION


def test_without_tokens_nothing_is_told() -> None:
    assert interact(NO_TOKENS, [[kept(AXES[0])]]) == [NO_INTERACTION]
    assert interact(question(1.0), [[], []]) == [NO_INTERACTION] * 2
    assert interact(question(1.0), []) == []
