"""Fits the order of candidates: the weights of their signals, and of their readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kb.evaluation.descent import Floats, descended
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import overlaps
from kb.retrieval.candidates import Ranking
from kb.retrieval.features import FEATURE_NAMES
from kb.retrieval.network import SignalNetwork
from kb.retrieval.rereading import Rereading

_UNITS: Final = 16
"""Units of the ranking's hidden layer; on questions held out 24 were no better, nor was the mean
of four models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A question with its candidates, at least one."""

    gold: GoldQuestion
    ranking: Ranking
    weight: float
    """How much it counts, above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The candidates of one question."""

    weight: float
    features: Floats
    """Shape (candidates, signals)."""
    right: NDArray[np.bool_]
    """Shape (candidates,)."""


def ranking_examples(ranked: Sequence[Ranked]) -> list[Example]:
    """Return the questions for which at least one candidate is right."""
    examples = []
    for one in ranked:
        candidates = one.ranking.candidates
        right = np.array(
            [overlaps((c.chunk.note, c.chunk.lines), one.gold.relevant) for c in candidates]
        )
        if right.any():
            features = np.array([c.features.values() for c in candidates])
            examples.append(Example(features=features, right=right, weight=one.weight))
    return examples


def fit_ranking(
    examples: Sequence[Example], *, steps: int = 250, l2: float = 0.001, seed: int = 0
) -> SignalNetwork:
    """Return the model that gives the right candidates the highest softmax probability.

    Args:
        examples: At least one.
        steps: Steps of Adam (Kingma & Ba 2015).
        l2: How strongly the weights are drawn to 0.
        seed: Of the first weights.

    Raises:
        ValueError: There are no examples.
    """
    if not examples:
        raise ValueError("no examples to fit")
    stacked = _stack(examples)
    (weights,) = descended(
        [_first_weights(seed)],
        lambda parts: [_ranking_gradient(stacked, parts[0])],
        rate=0.05, steps=steps, l2=l2,
    )  # fmt: skip
    return _model_of(weights)


def _first_weights(seed: int) -> Floats:
    """Return the flat weights to start from: linear, hidden, bias, output."""
    signals = len(FEATURE_NAMES)
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            np.zeros(signals),
            rng.normal(0.0, 1 / np.sqrt(signals), signals * _UNITS),
            np.zeros(_UNITS),
            rng.normal(0.0, 1 / np.sqrt(_UNITS), _UNITS),
        ]
    )


def _model_of(weights: Floats) -> SignalNetwork:
    signals = len(FEATURE_NAMES)
    cuts = np.cumsum([signals, signals * _UNITS, _UNITS])
    linear, hidden, bias, output = np.split(weights.astype(np.float32), cuts)
    return SignalNetwork(
        linear=linear, hidden=hidden.reshape(signals, _UNITS), bias=bias, output=output
    )


@dataclass(frozen=True, slots=True)
class _Stacked:
    """All examples at once, each padded to the most candidates."""

    features: NDArray[np.float32]
    """Shape (examples, candidates, features)."""
    there: NDArray[np.bool_]
    """Which candidates are no padding, shape (examples, candidates)."""
    right: NDArray[np.bool_]
    weight: NDArray[np.float32]
    """Shape (examples,), of sum 1."""


def _stack(examples: Sequence[Example]) -> _Stacked:
    shape = (len(examples), max(len(one.right) for one in examples))
    features = np.zeros((*shape, len(FEATURE_NAMES)), dtype=np.float32)
    there, right = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for row, one in enumerate(examples):
        count = len(one.right)
        features[row, :count] = one.features
        there[row, :count] = True
        right[row, :count] = one.right
    weight = np.array([one.weight for one in examples], dtype=np.float32)
    return _Stacked(features, there, right, weight / weight.sum())


def _ranking_gradient(examples: _Stacked, weights: Floats) -> Floats:
    """Return the gradient of the loss for the flat weights."""
    model = _model_of(weights)
    active = np.tanh(examples.features @ model.hidden + model.bias)
    scores = examples.features @ model.linear + active @ model.output
    surplus = _softmax(scores, examples.there) - _softmax(scores, examples.right)
    pull = (examples.weight[:, None] * surplus).ravel()
    rows = examples.features.reshape(len(pull), -1)
    active = active.reshape(len(pull), -1)
    inner = pull[:, None] * model.output * (1 - active**2)
    parts = (pull @ rows, (rows.T @ inner).ravel(), inner.sum(axis=0), pull @ active)
    return np.concatenate(parts).astype(np.float64)


def _softmax(scores: NDArray[np.float32], among: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the softmax of each row over the candidates that count."""
    masked = np.where(among, scores, -np.inf)
    exponent = np.exp(masked - masked.max(axis=1, keepdims=True))
    result: NDArray[np.float32] = exponent / exponent.sum(axis=1, keepdims=True)
    return result


def fit_rereading(read: Sequence[Ranked], *, steps: int = 300) -> Rereading:
    """Return the weight of readings that gives the right ones the highest softmax probability.

    Args:
        read: Questions whose first candidates were read.
        steps: Steps of Adam.

    Raises:
        ValueError: Nothing right was read.
    """
    examples = [one for ranked in read if (one := _reading_example(ranked))]
    if not examples:
        raise ValueError("no reading of a right candidate to fit")
    total = sum(example.weight for example in examples)

    def gradients(parts: Sequence[Floats]) -> list[Floats]:
        pulls = [
            example.weight / total * float(_surplus(example, parts[0]) @ example.features[:, 1])
            for example in examples
        ]
        return [np.array([0.0, sum(pulls)])]

    # The ranking's score keeps its weight: it is the logarithm of a probability already.
    (weights,) = descended([np.array([1.0, 0.5])], gradients, rate=0.02, steps=steps, l2=0.0)
    return Rereading(weight=float(weights[1]))


def _surplus(example: Example, weights: Floats) -> NDArray[np.float32]:
    """Return how much too probable each candidate is, shape (candidates,)."""
    scores = (example.features @ weights)[None].astype(np.float32)
    among = np.ones_like(example.right)[None]
    surplus: NDArray[np.float32] = _softmax(scores, among) - _softmax(scores, example.right[None])
    return surplus.ravel()


def _reading_example(one: Ranked) -> Example | None:
    """Return the candidates that were read, their score and reading for features."""
    read = [c for c in one.ranking.candidates if c.reading is not None]
    right = np.array([overlaps((c.chunk.note, c.chunk.lines), one.gold.relevant) for c in read])
    if not right.any():
        return None
    features = np.array([(c.score, c.reading) for c in read])
    return Example(features=features, right=right, weight=one.weight)
