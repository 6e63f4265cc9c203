"""The weights that turn a chunk's signals into one score.

They are fitted on the development questions by `kb.evaluation.tuning` (a linear model over the
candidates of each question, softmax loss) and kept in `ranking.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from kb.retrieval.features import FEATURE_NAMES, Features


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, float]:
    """Return the fitted weight of each signal; one that is not fitted yet counts nothing."""
    text = files("kb.retrieval").joinpath("ranking.json").read_text(encoding="utf-8")
    weights = json.loads(text)
    return {name: float(weights.get(name, 0.0)) for name in FEATURE_NAMES}


def score(features: Features, weights: Mapping[str, float]) -> float:
    """Return the weighted sum of the signals; higher is better, any real number."""
    return sum(
        weights[name] * value for name, value in zip(FEATURE_NAMES, features.values(), strict=True)
    )
