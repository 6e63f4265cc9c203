"""Fits the ranking's weights and the refusal's calibration on the development questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kb.answering.abstention import EVIDENCE_NAMES, Calibration, gather
from kb.answering.selection import select
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import overlaps
from kb.retrieval.candidates import Ranking
from kb.retrieval.features import FEATURE_NAMES
from kb.retrieval.network import SignalNetwork
from kb.retrieval.rereading import Rereading

Floats = NDArray[np.float64]

_UNITS: Final = 16
"""Units of the ranking's hidden layer; on questions held out 24 were no better, nor was the mean
of four models."""

_CHANCE_UNITS: Final = 8
"""Units of the hidden layer that the chance of an answer has."""

_FOUND_ELSEWHERE: Final = 0.5
"""What a question counts for the refusal whose answer was not the one that was chosen."""

_LEAST_SPREAD: Final = 1e-3
"""Added to a signal's standard deviation, so that one that is always the same counts nothing."""


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
    (weights,) = _descended(
        [_first_weights(seed)],
        lambda parts: [_ranking_gradient(stacked, parts[0])],
        rate=0.05, steps=steps, l2=l2,
    )  # fmt: skip
    return _model_of(weights)


def _descended(
    parts: Sequence[Floats],
    gradients: Callable[[Sequence[Floats]], Sequence[Floats]],
    *,
    rate: float,
    steps: int,
    l2: float,
) -> list[Floats]:
    """Return the weights after steps of Adam (Kingma & Ba 2015) down the gradients."""
    weights = list(parts)
    means = [np.zeros_like(part) for part in weights]
    squares = [np.zeros_like(part) for part in weights]
    for step in range(1, steps + 1):
        now = rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        for n, gradient in enumerate(gradients(weights)):
            drawn = gradient + 2 * l2 * weights[n]
            means[n] = 0.9 * means[n] + 0.1 * drawn
            squares[n] = 0.999 * squares[n] + 0.001 * drawn**2
            weights[n] = weights[n] - now * means[n] / (np.sqrt(squares[n]) + 1e-8)
    return weights


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
    (weights,) = _descended([np.array([1.0, 0.5])], gradients, rate=0.02, steps=steps, l2=0.0)
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


def fit_refusal(
    ranked: Sequence[Ranked],
    *,
    max_false_refusals: float,
    steps: int = 600,
    l2: float = 0.003,
) -> Calibration:
    """Return the model of whether the notes answer with the chosen lines.

    A question that the notes answer elsewhere counts half, on the side of those with an answer: it
    was found near its lines. The threshold is the highest at which at most `max_false_refusals`
    (0..1) of the right answers are held back.
    """
    chosen = [select(one.ranking) for one in ranked]
    evidence = [gather(one.ranking, picked) for one, picked in zip(ranked, chosen, strict=True)]
    x = np.array([[getattr(one, name) for name in EVIDENCE_NAMES] for one in evidence])
    y = np.array([float(bool(one.gold.relevant)) for one in ranked])
    right = np.array(
        [
            overlaps((picked[0].chunk.note, picked[0].chunk.lines), one.gold.relevant)
            for one, picked in zip(ranked, chosen, strict=True)
        ]
    )
    weight = np.array([one.weight for one in ranked])
    counts = np.where((y > 0) & ~right, _FOUND_ELSEWHERE, 1.0) * weight
    network, bias = fit_chances(x, y, counts, steps=steps, l2=l2)
    chances = 1 / (1 + np.exp(-(network.scores(x.astype(np.float32)) + bias)))
    return Calibration(
        network=network,
        bias=bias,
        threshold=_quantile(chances[right], weight[right], max_false_refusals),
    )


def _quantile(values: Floats, counts: Floats, share: float) -> float:
    """Return the value below which the share (0..1) of what the values count lies."""
    order = np.argsort(values)
    below = np.cumsum(counts[order]) / counts.sum()
    return float(values[order][min(int(np.searchsorted(below, share)), len(values) - 1)])


def fit_chances(
    x: Floats, y: Floats, counts: Floats, *, steps: int, l2: float, seed: int = 0
) -> tuple[SignalNetwork, float]:
    """Return the network, and what is added to its score, whose logistic function is the chance.

    Both classes count the same, however many of each. Signals are brought to one scale first, so
    that the penalty means the same for each.

    Args:
        x: Signals, shape (questions, signals).
        y: 1 for right, 0 for wrong, shape (questions,).
        counts: What each question counts, shape (questions,).
        steps: Steps of Adam.
        l2: How strongly weights are drawn to 0.
        seed: Of the first weights.
    """
    share = float((y * counts).sum() / counts.sum())
    balance = np.where(y > 0, 0.5 / share, 0.5 / (1 - share)) * counts / counts.sum()
    mean, spread = x.mean(axis=0), x.std(axis=0) + _LEAST_SPREAD
    scaled = (x - mean) / spread
    parts = _descended(
        _first_chances(x.shape[1], seed),
        lambda given: _chance_gradients(scaled, y, balance, given),
        rate=0.02, steps=steps, l2=l2,
    )  # fmt: skip
    linear, hidden, bias, output, constant = parts
    own, inner = linear / spread, hidden / spread[:, None]
    network = SignalNetwork(
        linear=own.astype(np.float32),
        hidden=inner.astype(np.float32),
        bias=(bias - mean @ inner).astype(np.float32),
        output=output.astype(np.float32),
    )
    return network, float(constant[0] - own @ mean)


def _first_chances(signals: int, seed: int) -> list[Floats]:
    """Return the weights to start from: linear, hidden, bias, output, constant."""
    rng = np.random.default_rng(seed)
    return [
        np.zeros(signals),
        rng.normal(0.0, 0.6 / np.sqrt(signals), (signals, _CHANCE_UNITS)),
        np.zeros(_CHANCE_UNITS),
        rng.normal(0.0, 0.6 / np.sqrt(_CHANCE_UNITS), _CHANCE_UNITS),
        np.zeros(1),
    ]


def _chance_gradients(
    scaled: Floats, y: Floats, balance: Floats, parts: Sequence[Floats]
) -> list[Floats]:
    """Return the gradients of the weighted cross-entropy, in the order of the weights."""
    linear, hidden, bias, output, constant = parts
    active = np.tanh(scaled @ hidden + bias)
    chance = 1 / (1 + np.exp(-(scaled @ linear + active @ output + constant[0])))
    error = (chance - y) * balance
    inner = error[:, None] * output * (1 - active**2)
    return [
        scaled.T @ error, scaled.T @ inner, inner.sum(axis=0), active.T @ error,
        np.array([error.sum()]),
    ]  # fmt: skip
