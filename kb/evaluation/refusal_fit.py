"""Fits when to refuse: the chance that the notes answer with the lines that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from kb.answering.abstention import EVIDENCE_NAMES, Calibration, gather
from kb.answering.selection import select
from kb.evaluation.descent import Floats, descended
from kb.evaluation.metrics import overlaps
from kb.evaluation.ranking_fit import Ranked
from kb.retrieval.network import SignalNetwork, mean_of

_CHANCE_UNITS: Final = 8
"""Units of the hidden layer that the chance of an answer has."""
_STARTS: Final = 6
"""Networks that are fitted from other first weights; their mean errs less than one of them."""
_FOUND_ELSEWHERE: Final = 0.5
"""What a question counts for the refusal whose answer was not the one that was chosen."""
_LEAST_SPREAD: Final = 1e-3
"""Added to a signal's standard deviation, so that one that is always the same counts nothing."""


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
    x: Floats, y: Floats, counts: Floats, *, steps: int, l2: float
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
    """
    share = float((y * counts).sum() / counts.sum())
    balance = np.where(y > 0, 0.5 / share, 0.5 / (1 - share)) * counts / counts.sum()
    mean, spread = x.mean(axis=0), x.std(axis=0) + _LEAST_SPREAD
    scaled = (x - mean) / spread
    fitted = [
        _unscaled(
            descended(
                _first_chances(x.shape[1], seed),
                lambda given: _chance_gradients(scaled, y, balance, given),
                rate=0.02, steps=steps, l2=l2,
            ),
            mean, spread,
        )
        for seed in range(_STARTS)
    ]  # fmt: skip
    networks, constants = zip(*fitted, strict=True)
    return mean_of(networks), float(np.mean(constants))


def _unscaled(parts: Sequence[Floats], mean: Floats, spread: Floats) -> tuple[SignalNetwork, float]:
    """Return the network for signals as they are, and what is added to its score.

    Args:
        parts: Its weights for signals that were brought to one scale.
        mean: Of each signal.
        spread: What each was divided by.
    """
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
