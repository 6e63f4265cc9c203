"""One network that reads a question with a chunk: from their texts to how surely it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.models.embedding_text import passage_text
from ingest.models.pair_network import PASSAGE_TOKENS, PairNetwork, TokenIds, marks_of, pair_batch
from ingest.models.quantization import in_bytes
from ingest.models.recording import recorded
from kb.model import Chunk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tokenizers import Tokenizer

_STRIDE: Final = 20
"""Tokens from one part of a long passage that may be read to the next."""
_MET: Final = 0.4
"""Tokens whose embeddings have a lower cosine have nothing to do with each other."""
_LONGEST_CONTEXT: Final = 40
_PEAKS: Final = ".peaks"


class PairReader:
    """Reads a question with a chunk; may be used from several threads.

    Args:
        network: What reads.
        embeddings: Makes of ids and parts what the network starts from.
        tokenizer: Neither truncates nor pads.
        tells_parts: Whether the embeddings learnt to tell question and passage apart.
    """

    def __init__(
        self,
        network: nn.Module,
        embeddings: nn.Module,
        tokenizer: Tokenizer,
        *,
        tells_parts: bool = True,
    ) -> None:
        self._network = network
        self._embeddings = embeddings
        self._tokenizer = tokenizer
        self._tells_parts = tells_parts
        self._first, self._separator = marks_of(tokenizer)

    def asked(self, question: str) -> TokenIds:
        """Return a question's token ids."""
        return self._ids(question)

    def told(self, chunk: Chunk, asked: TokenIds) -> TokenIds:
        """Return a chunk's token ids; of a long one the part that is nearest to the question."""
        told = self._ids(passage_text(chunk))
        if len(told) <= PASSAGE_TOKENS:
            return told
        rows = cast("Any", self._embeddings).word_embeddings.weight
        return nearest_part(told, asked, self._ids(chunk.context), rows)

    def logit(self, asked: TokenIds, told: TokenIds) -> float:
        """Return how surely what is told answers: the logarithm of the odds."""
        ids, mask, parts = pair_batch([(asked, told)], first=self._first, separator=self._separator)
        types = parts if self._tells_parts else torch.zeros_like(parts)
        with torch.inference_mode():
            embedded = self._embeddings(input_ids=ids, token_type_ids=types).float()
            return float(self._network(embedded, mask, parts))

    def _ids(self, text: str) -> TokenIds:
        ids: TokenIds = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def nearest_part(told: TokenIds, asked: TokenIds, above: TokenIds, rows: Tensor) -> TokenIds:
    """Return so many ids as are read: those from the start, unless others are nearer to asked.

    How near is told by the tokens alone: by the cosine of each asked one with the nearest told, so
    that a word is met by its translation.

    Args:
        told: Of a passage that is longer than what is read.
        asked: Of the question.
        above: What stands above the passage; its beginning comes before a part from further down.
        rows: The embedding of each token, shape (tokens, dimension).
    """
    above = above[:_LONGEST_CONTEXT]
    room = PASSAGE_TOKENS - len(above)
    starts = range(0, len(told) - room + _STRIDE, _STRIDE)
    parts = [told[:PASSAGE_TOKENS], *([*above, *told[start : start + room]] for start in starts)]
    own = {token: place for place, token in enumerate(dict.fromkeys([*told, *above]))}
    rows = rows.detach()
    unit = functional.normalize(rows[list(own)].float(), dim=1)
    cosines = functional.normalize(rows[asked].float(), dim=1) @ unit.T
    met = functional.threshold(cosines, _MET, 0.0)
    near = [float(met[:, [own[token] for token in part]].amax(dim=1).sum()) for part in parts]
    return parts[near.index(max(near))]


def with_peaks(network: PairNetwork, peaks: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a network, and beside them what `in_bytes` wants to know of it."""
    return {**network.state_dict(), **{name + _PEAKS: peak for name, peak in peaks.items()}}


def without_peaks(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the network's own tensors of what `with_peaks` gave."""
    return {name: tensor for name, tensor in tensors.items() if not name.endswith(_PEAKS)}


def network_of(config: Any, tensors: Mapping[str, Tensor]) -> PairNetwork:
    """Return the network of tensors as `with_peaks` gives them, as it was trained.

    Args:
        config: Of the BERT whose layers it has.
        tensors: None of anything else.
    """
    from transformers.models.bert.modeling_bert import BertEncoder

    network = PairNetwork(BertEncoder(config), config.hidden_size)  # type: ignore[no-untyped-call]
    network.load_state_dict(without_peaks(tensors))
    return network.eval()


def recorded_network(config: Any, tensors: Mapping[str, Tensor]) -> nn.Module:
    """Return the network that `network_of` returns, as fast as it goes; it no longer learns."""
    peaks = {n.removesuffix(_PEAKS): t for n, t in tensors.items() if n.endswith(_PEAKS)}
    example = (torch.zeros(2, 9, config.hidden_size), *_EXAMPLE)
    return recorded(in_bytes(network_of(config, tensors), peaks), example)


_EXAMPLE: Final = (
    torch.tensor([[1] * 9, [1] * 7 + [0] * 2]),
    torch.tensor([[0] * 4 + [1] * 5, [0] * 3 + [1] * 6]),
)
"""Mask and parts of two pairs, to record a network with."""
