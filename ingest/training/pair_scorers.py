"""What tells how surely a passage answers a question, while it learns or teaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

import torch
from torch import Tensor

from ingest.models.pair_network import (
    PASSAGE_TOKENS,
    PairNetwork,
    TokenIds,
    marks_of,
    pair_batch,
)
from ingest.models.pair_reader import nearest_part
from ingest.training.student import Student, tokenize

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Pair = tuple[str, str]
"""A question and a passage."""
PairIds = tuple[TokenIds, TokenIds]
"""The token ids of both."""
_BATCHES: Final = 3


class PairScorer(Protocol):
    """Tells how surely passages answer questions."""

    def logits(self, pairs: Sequence[Pair], *, fast: bool) -> Tensor:
        """Return how surely each passage answers its question, shape (pairs,).

        Args:
            pairs: At least one.
            fast: Compute in bfloat16.
        """


class TrainablePairScorer(PairScorer, Protocol):
    """A scorer whose logits are a network's that can learn."""

    @property
    def network(self) -> PairNetwork:
        """What learns."""


class MeanScorer:
    """Several scorers as one.

    Args:
        scorers: At least one.
    """

    def __init__(self, scorers: Sequence[PairScorer]) -> None:
        self._scorers = scorers

    def logits(self, pairs: Sequence[Pair], *, fast: bool) -> Tensor:
        """Return the mean of the scorers' logits, shape (pairs,)."""
        found = [scorer.logits(pairs, fast=fast).float() for scorer in self._scorers]
        return torch.stack(found).mean(dim=0)


class PairTokens:
    """Token ids of pairs as they are read, each text and each part of a passage found once.

    Args:
        ids_of: Returns a text's token ids, without marks.
        rows: The embedding of each token, shape (tokens, dimension).
    """

    def __init__(self, ids_of: Callable[[str], TokenIds], rows: Tensor) -> None:
        self._ids_of = ids_of
        self._rows = rows
        self._known: dict[str, TokenIds] = {}
        self._parts: dict[Pair, TokenIds] = {}

    def of(self, pair: Pair) -> PairIds:
        """Return those of the question, and of the passage; of a long one those of a part."""
        asked, told = (self._ids(text) for text in pair)
        if len(told) <= PASSAGE_TOKENS:
            return asked, told
        if pair not in self._parts:
            # The first line of a passage is what stands above it, unless it is the only one.
            above = self._ids(pair[1].partition("\n")[0]) if "\n" in pair[1] else []
            self._parts[pair] = nearest_part(told, asked, above, self._rows)
        return asked, self._parts[pair]

    def _ids(self, text: str) -> TokenIds:
        if text not in self._known:
            self._known[text] = self._ids_of(text)
        return self._known[text]


def in_like_lengths(
    pairs: Sequence[PairIds], read: Callable[[Sequence[PairIds]], Tensor]
) -> Tensor:
    """Return the logits of pairs, read in a few batches of like length: less of them is padding.

    Args:
        pairs: At least one.
        read: Returns the logits of a batch, shape (pairs,).
    """
    by_length = sorted(range(len(pairs)), key=lambda place: sum(map(len, pairs[place])))
    size = -(-len(by_length) // _BATCHES)
    batches = [by_length[start : start + size] for start in range(0, len(by_length), size)]
    found = [read([pairs[place] for place in batch]) for batch in batches]
    order = torch.tensor(by_length).argsort()
    return torch.cat(found)[order.to(found[0].device)]


class Reader:
    """A student's embeddings, which stay as they are, and the network that learns upon them.

    Args:
        student: The embedder, as it was trained.
        tokenizer: Its tokenizer.
    """

    def __init__(self, student: Student, tokenizer: Tokenizer) -> None:
        self._student = student
        self._first, self._separator = marks_of(tokenizer)
        # Without the marks of beginning and end.
        self._tokens = PairTokens(
            lambda text: tokenize(tokenizer, [text])[0][1:-1], student.full_table()
        )
        self.network = PairNetwork(student.body.encoder, student.rows.shape[1])
        self.network.to(student.rows.device)

    def logits(self, pairs: Sequence[Pair], *, fast: bool) -> Tensor:
        """Return how surely each passage answers its question, shape (pairs,)."""
        return in_like_lengths(
            [self._tokens.of(pair) for pair in pairs], lambda batch: self._read(batch, fast=fast)
        )

    def _read(self, pairs: Sequence[PairIds], *, fast: bool) -> Tensor:
        device = self._student.rows.device
        ids, mask, parts = (
            tensor.to(device)
            for tensor in pair_batch(pairs, first=self._first, separator=self._separator)
        )
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            with torch.no_grad():
                embedded = self._student.body.embeddings(
                    inputs_embeds=self._student.embed(ids), token_type_ids=parts
                )
            logits: Tensor = self.network(embedded, mask, parts)
        return logits
