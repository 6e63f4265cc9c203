"""What makes token vectors out of a network's last states, for late interaction.

A text is also kept as one short vector for each of its tokens; a passage's score is the mean, over
the question's tokens, of the nearest of its vectors (Khattab & Zaharia 2020, "ColBERT"). Unlike
there, a question's token has a weight that is learnt, so that "how" counts less than "restart".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.token_vectors import HEAD_FILE

TOKEN_DIMENSION: Final = 96
_FIRST_SHARPNESS: Final = 30.0
_FIRST_NONE: Final = 0.6


@dataclass(frozen=True, slots=True)
class TokenStates:
    """The last states of some texts, without the marks of beginning and end."""

    states: Tensor
    """Shape (texts, longest, dimensions)."""
    mask: Tensor
    """1 for a token, 0 for padding, shape (texts, longest)."""

    @classmethod
    def between_marks(cls, states: Tensor, mask: Tensor) -> Self:
        """Return the states of the tokens between the marks of beginning and end.

        Args:
            states: Shape (texts, tokens, dimensions).
            mask: 1 for a token or mark, 0 for padding, shape (texts, tokens).
        """
        # Two marks less, so the mask ends two earlier; shifted by the first, as the states are.
        return cls(states[:, 1:-1], mask[:, 2:])


class TokenHead(nn.Module):
    """Two linear maps of a token's last state: to a short unit vector, and to its weight.

    Args:
        dimension: Length of a state.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.projection = nn.Linear(dimension, min(TOKEN_DIMENSION, dimension), bias=False)
        self.weight = nn.Linear(dimension, 1)
        nn.init.orthogonal_(self.projection.weight)
        nn.init.zeros_(self.weight.weight)
        nn.init.zeros_(self.weight.bias)
        self.sharpness = nn.Parameter(torch.tensor(math.log(_FIRST_SHARPNESS)))
        self.none = nn.Parameter(torch.tensor(_FIRST_NONE))

    @torch.no_grad()
    def start_from(self, states: Tensor) -> None:
        """Take for projection the directions in which states (tokens, dimensions) differ most."""
        unit = functional.normalize(states.float(), dim=1)
        _, directions = torch.linalg.eigh(unit.T @ unit)
        self.projection.weight.copy_(directions[:, -self.projection.out_features :].T)

    def shipped(self) -> dict[str, Tensor]:
        """Return what reading texts needs, by name."""
        return {
            "projection": self.projection.weight.detach(),
            "weight": self.weight.weight.detach()[0],
            "bias": self.weight.bias.detach(),
        }

    def vectors(self, states: Tensor) -> Tensor:
        """Return unit vectors, shape (…, token dimension)."""
        return functional.normalize(self.projection(states).float(), dim=-1)

    def weights(self, states: Tensor) -> Tensor:
        """Return the weights of a question's tokens, each above 0, shape (…)."""
        return functional.softplus(self.weight(states).float()[..., 0])

    def scores(self, questions: Sequence[TokenStates], passages: Sequence[TokenStates]) -> Tensor:
        """Return how well each passage answers each question, -1..1.

        Args:
            questions: Groups of questions.
            passages: Groups of passages; texts of one length in a group, so that little is padding.

        Returns:
            Shape (questions, passages), both in the order given.
        """
        asked = torch.cat([self.vectors(g.states)[g.mask > 0] for g in questions])
        weights = torch.cat([self.weights(g.states)[g.mask > 0] for g in questions])
        counts = torch.cat([g.mask.sum(dim=1) for g in questions])
        owner = torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)
        nearest = torch.cat([self._nearest(asked, group) for group in passages], dim=1)
        zeros = nearest.new_zeros(len(counts), nearest.shape[1])
        total = zeros[:, 0].index_add(0, owner, weights)
        summed = zeros.index_add(0, owner, weights[:, None] * nearest)
        return summed / total[:, None]

    def _nearest(self, asked: Tensor, passages: TokenStates) -> Tensor:
        """Return each token's highest cosine in each passage, shape (tokens, passages)."""
        texts, longest = passages.mask.shape
        told = self.vectors(passages.states).reshape(texts * longest, -1)
        cosines = (asked @ told.T).reshape(len(asked), texts, longest)
        nearest: Tensor = cosines.masked_fill(passages.mask[None] == 0, -1.0).amax(dim=2)
        return nearest

    def loss(self, scores: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
        """Return the mean loss of finding each question's passage, or that none answers.

        Args:
            scores: Shape (questions, passages).
            right: The passage that answers, shape (questions,); their number for none.
            ignored: Passages that are neither right nor wrong, boolean (questions, passages).
        """
        none = self.none.expand(len(scores), 1)
        choices = torch.cat([scores, none], dim=1) * self.sharpness.exp()
        # After the product: the gradient of a factor of minus infinity is not a number.
        left_out = torch.cat([ignored, ignored.new_zeros(len(ignored), 1)], dim=1)
        return functional.cross_entropy(choices.masked_fill(left_out, float("-inf")), right)


def load_head(folder: Path) -> TokenHead | None:
    """Load the head of an exported folder for more training; None where it has none."""
    from safetensors.torch import load_file

    path = folder / HEAD_FILE
    if not path.is_file():
        return None
    shipped = {name: tensor.float() for name, tensor in load_file(path).items()}
    head = TokenHead(shipped["projection"].shape[1])
    with torch.no_grad():
        head.projection.weight.copy_(shipped["projection"])
        head.weight.weight.copy_(shipped["weight"][None])
        head.weight.bias.copy_(shipped["bias"])
    return head
