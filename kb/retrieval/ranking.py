"""The order of the candidates: a network over their signals.

Words in common tell more where the languages are the same; the kind of a chunk matters where the
vectors leave it open. The network is fitted on the development questions and the lessons by
`kb.evaluation.ranking_fit` (softmax loss over the candidates of each question): for an index with
token vectors, kept in `ranking.json`, and for one without.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np

from kb.retrieval.features import FEATURE_NAMES, Features
from kb.retrieval.fitted import SignalSet, fitted_file
from kb.retrieval.network import SignalNetwork, Weights, from_stored, silent


def unordered() -> SignalNetwork:
    """Return a network that gives every candidate the same score."""
    return silent(len(FEATURE_NAMES))


def to_json(network: SignalNetwork) -> str:
    """Return a network as it is kept in `ranking.json`."""
    return json.dumps(network.to_stored(FEATURE_NAMES), indent=1) + "\n"


@lru_cache(maxsize=2)
def load_model(*, with_tokens: bool) -> SignalNetwork:
    """Return the fitted network; a signal that is not fitted yet counts nothing.

    Args:
        with_tokens: The one for an index with token vectors, or for one without.
    """
    name = fitted_file("ranking", SignalSet.ALL if with_tokens else SignalSet.NO_TOKENS)
    text = files("kb.retrieval").joinpath(name).read_text(encoding="utf-8")
    stored = json.loads(text)
    return from_stored(stored, FEATURE_NAMES)


def signal_matrix(features: Sequence[Features]) -> Weights:
    """Return the signals of candidates, shape (candidates, signals)."""
    rows = [one.values() for one in features]
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURE_NAMES))
