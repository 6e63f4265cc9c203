"""The mean of weights before and after learning: it keeps more of what a network could do before.

Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from kb.errors import InvalidInputError


def weights_of(network: nn.Module) -> dict[str, Tensor]:
    """Return a copy of a network's weights, which stays as it is while the network learns."""
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def mix_weights(network: nn.Module, other: Mapping[str, Tensor], share: float) -> None:
    """Move every weight of a network by a share of the way to others.

    Args:
        network: What is changed.
        other: Weights by the same names.
        share: 0-1.

    Raises:
        InvalidInputError: The share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise InvalidInputError(f"a share of {share}", hint="give a number from 0 to 1")
    for name, weight in network.state_dict().items():
        if weight.is_floating_point():
            weight.lerp_(other[name].to(weight.device), share)
