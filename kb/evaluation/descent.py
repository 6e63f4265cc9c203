"""The descent by which all learnt numbers are fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def descended(
    parts: Sequence[Floats],
    gradients: Callable[[Sequence[Floats]], Sequence[Floats]],
    *,
    rate: float,
    steps: int,
    l2: float,
) -> list[Floats]:
    """Return the weights after steps of Adam (Kingma & Ba 2015) down the gradients.

    Args:
        parts: The weights to start from, arrays of any shape.
        gradients: Gives the gradients of the loss at given weights, shaped like these.
        rate: The learning rate.
        steps: How many are made.
        l2: How strongly the weights are drawn to 0.
    """
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
