"""The small network that turns signals into a score."""

from __future__ import annotations

import json

import numpy as np

from kb.retrieval.network import SignalNetwork, from_stored, mean_of

SIGNALS = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


def network(seed: int, units: int) -> SignalNetwork:
    rng = np.random.default_rng(seed)
    shapes = {"linear": (3,), "hidden": (3, units), "bias": (units,), "output": (units,)}
    return SignalNetwork(
        **{name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    )


def test_the_mean_of_networks_gives_the_mean_of_what_they_give() -> None:
    networks = [network(1, 4), network(2, 4), network(3, 6)]
    wanted = np.mean([one.scores(SIGNALS) for one in networks], axis=0)
    assert np.allclose(mean_of(networks).scores(SIGNALS), wanted, atol=1e-5)
    assert np.allclose(mean_of(networks[:1]).scores(SIGNALS), networks[0].scores(SIGNALS))


def test_what_is_stored_scores_as_before_whatever_else_is_measured_by_then() -> None:
    stored = json.loads(json.dumps(network(1, 4).to_stored(["a", "b", "c"])))
    more = np.concatenate([SIGNALS, np.ones((20, 1), np.float32)], axis=1)
    again = from_stored(stored, ["a", "b", "c", "new"])
    assert np.allclose(again.scores(more), network(1, 4).scores(SIGNALS), atol=1e-2)
