"""A reader that stands on embeddings of its own, while it learns.

What it reads with was learnt from other texts than the embedder, in part, so it errs elsewhere: the
mean of its logits with the reranker's puts the right passage first more often than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from ingest.models.pair_network import PairNetwork, marks_of, pair_batch
from ingest.training.pair_scorers import Pair, PairIds, PairTokens, in_like_lengths

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers.models.bert.modeling_bert import BertEmbeddings

_PROCESSOR: Final = torch.device("cpu")


class OwnReader:
    """Embeddings, which stay as they are, and the network that learns upon them.

    Args:
        network: What learns.
        embeddings: What it learns upon; they no longer learn.
        tokenizer: Of the embeddings' vocabulary; has the marks of XLM-RoBERTa.
        device: Where it reads.

    Raises:
        ModelError: The tokenizer has no such marks.
    """

    def __init__(
        self,
        network: PairNetwork,
        embeddings: BertEmbeddings,
        tokenizer: Tokenizer,
        device: torch.device = _PROCESSOR,
    ) -> None:
        self._first, self._separator = marks_of(tokenizer)
        self.tokenizer = tokenizer
        self.embeddings = embeddings.requires_grad_(requires_grad=False).to(device)
        self.network = network.to(device)
        self._tokens = PairTokens(
            lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
            embeddings.word_embeddings.weight,
        )

    def logits(self, pairs: Sequence[Pair], *, fast: bool) -> Tensor:
        """Return how surely each passage answers its question, shape (pairs,)."""
        return in_like_lengths(
            [self._tokens.of(pair) for pair in pairs], lambda batch: self._read(batch, fast=fast)
        )

    def _read(self, pairs: Sequence[PairIds], *, fast: bool) -> Tensor:
        device = self.network.bias.device
        ids, mask, parts = (
            tensor.to(device)
            for tensor in pair_batch(pairs, first=self._first, separator=self._separator)
        )
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
            with torch.no_grad():
                # Of one type all: it has never seen the other.
                embedded = self.embeddings(input_ids=ids, token_type_ids=torch.zeros_like(ids))
            logits: Tensor = self.network(embedded, mask, parts)
        return logits
