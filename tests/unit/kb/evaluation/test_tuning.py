"""The fits find what tells right from wrong in examples where that is known."""

from __future__ import annotations

import numpy as np
import pytest

from kb.evaluation.tuning import Example, fit_ranking
from kb.retrieval.features import FEATURE_NAMES

TELLING = FEATURE_NAMES.index("sentence")


def examples(count: int, *, sign: float, weight: float) -> list[Example]:
    """Questions whose right candidate alone has more (or less) of one signal."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        features = rng.random((5, len(FEATURE_NAMES)))
        features[:, TELLING] = 0.5
        features[2, TELLING] += 0.5 * sign
        made.append(Example(features=features, right=np.arange(5) == 2, weight=weight))
    return made


def test_the_signal_that_tells_gets_the_weight() -> None:
    weights = fit_ranking(examples(40, sign=1, weight=1.0), steps=400)
    assert weights[TELLING] > 2.0


def test_heavier_examples_decide() -> None:
    mixed = [*examples(20, sign=1, weight=0.01), *examples(20, sign=-1, weight=1.0)]
    assert fit_ranking(mixed, steps=400)[TELLING] < 0


def test_nothing_to_fit_is_told() -> None:
    with pytest.raises(ValueError, match="no examples"):
        fit_ranking([])
