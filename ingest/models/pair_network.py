"""The network that reads a question and a passage together and tells how well they fit.

A cross-encoder (Nogueira & Cho 2019, "Passage re-ranking with BERT") on top of the embedder's own
embeddings, which stay as they are. What it makes of the two is compared as the embedder compares
them: by the means of their states, and token by token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from kb.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer
    from transformers.models.bert.modeling_bert import BertEncoder

QUESTION_TOKENS: Final = 40
PASSAGE_TOKENS: Final = 100
"""What is longer is cut."""
_MARKS: Final = (("[CLS]", "[SEP]"), ("<s>", "</s>"))
"""Of a BERT, and of what has its vocabulary from SentencePiece."""
_FIRST_WEIGHT: Final = 10.0
_FIRST_BIAS: Final = -8.0
"""With these a network that has not learnt yet compares as the embedder does."""

TokenIds = list[int]


class PairNetwork(nn.Module):
    """Tells how well a passage answers a question, as the logarithm of the odds.

    Args:
        encoder: The layers above the embeddings.
        dimension: Of the states.
    """

    def __init__(self, encoder: BertEncoder, dimension: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.mean_weight = nn.Parameter(torch.full((dimension,), _FIRST_WEIGHT))
        self.token_weight = nn.Parameter(torch.tensor([_FIRST_WEIGHT]))
        self.bias = nn.Parameter(torch.tensor([_FIRST_BIAS]))

    def forward(self, embedded: Tensor, mask: Tensor, parts: Tensor) -> Tensor:
        """Return the logits, shape (pairs,).

        Args:
            embedded: What the embeddings make of the pairs, shape (pairs, tokens, dimension).
            mask: 1 for a token, 0 for padding, shape (pairs, tokens).
            parts: 0 in the question, 1 in the passage, same shape.
        """
        lowest = torch.finfo(embedded.dtype).min
        hidden = (1 - mask).to(embedded.dtype)[:, None, None, :] * lowest
        states = self.encoder(embedded, attention_mask=hidden)[0].float()
        asked, told = mask * (1 - parts), mask * parts
        means = _mean(states, asked) * _mean(states, told)
        logits: Tensor = (
            means @ self.mean_weight + self.token_weight * _met(states, asked, told) + self.bias
        )
        return logits


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    """Return the mean of the chosen states as a unit vector, shape (pairs, dimension)."""
    weight = chosen[..., None].float()
    return functional.normalize((states * weight).sum(dim=1) / weight.sum(dim=1), dim=1)


def _met(states: Tensor, asked: Tensor, told: Tensor) -> Tensor:
    """Return the mean cosine of each asked token with the nearest told one, shape (pairs,)."""
    unit = functional.normalize(states, dim=2)
    cosines = (unit @ unit.transpose(1, 2)).masked_fill(told[:, None, :] == 0, -1.0)
    nearest = cosines.max(dim=2).values * asked
    return nearest.sum(dim=1) / asked.sum(dim=1)


def marks_of(tokenizer: Tokenizer) -> tuple[int, int]:
    """Return the ids of the mark before a question, and of the one after each of the two texts.

    Raises:
        ModelError: The tokenizer has none.
    """
    for marks in _MARKS:
        first, separator = map(tokenizer.token_to_id, marks)
        if first is not None and separator is not None:
            return first, separator
    raise ModelError(
        "the model's tokenizer has no marks of beginning and end",
        hint="name another model in KB_EMBEDDING_MODEL, or none for the one that ships",
    )


def pair_batch(
    pairs: Sequence[tuple[TokenIds, TokenIds]], *, first: int, separator: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and parts of pairs, each of shape (pairs, tokens), padded with 0.

    Args:
        pairs: Token ids of question and passage, without marks; cut where they are too long.
        first: The mark before the question.
        separator: The mark after the question and after the passage.
    """
    rows = [
        ([first, *asked[:QUESTION_TOKENS], separator], [*told[:PASSAGE_TOKENS], separator])
        for asked, told in pairs
    ]
    shape = (len(rows), max(len(asked) + len(told) for asked, told in rows))
    ids, mask, parts = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for row, (asked, told) in enumerate(rows):
        length = len(asked) + len(told)
        ids[row, :length] = torch.tensor(asked + told)
        mask[row, :length] = 1
        parts[row, len(asked) : length] = 1
    return ids, mask, parts
