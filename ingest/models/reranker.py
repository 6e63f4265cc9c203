"""The reranker that comes with an embedding model: its files, and reading with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.models.embedding_text import passage_text
from ingest.models.model_files import WEIGHTS_FILE, file_hash
from ingest.models.pair_network import PASSAGE_TOKENS, PairNetwork, TokenIds, marks_of, pair_batch
from ingest.models.quantization import in_bytes
from ingest.models.recording import recorded
from kb.model import Chunk
from kb.ports import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

RERANKER_FILE: Final = "reranker.safetensors"
_SUFFIX: Final = "-reranker"
_BASE: Final = "base"
_SCALE: Final = ".scale"
_PEAKS: Final = ".peaks"
_LEVELS: Final = 127
_STRIDE: Final = 20
"""Tokens from one part of a long passage that may be read to the next."""
_MET: Final = 0.4
"""Tokens whose embeddings have a lower cosine have nothing to do with each other."""
_LONGEST_CONTEXT: Final = 40
_READERS: Final = 2
"""Pairs that are read side by side."""


def reranker_folder(model: Path) -> Path:
    """Return where the reranker of the model in a folder lies: beside it."""
    return model.with_name(model.name + _SUFFIX)


class PairReranker:
    """Reads questions with chunks; may be used from several threads.

    Args:
        network: What reads.
        embeddings: The embedder's own: makes of ids and parts what the network starts from.
        tokenizer: The embedder's; neither truncates nor pads.
    """

    def __init__(self, network: nn.Module, embeddings: nn.Module, tokenizer: Tokenizer) -> None:
        self._network = network
        self._embeddings = embeddings
        self._tokenizer = tokenizer
        self._first, self._separator = marks_of(tokenizer)
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="rerank")

    @classmethod
    def load(cls, folder: Path, model: SentenceTransformer, tokenizer: Tokenizer) -> Self | None:
        """Return the reranker of a loaded model; None where it has none of its own.

        A reranker that was trained with other weights of the model than lie in `folder` is none.
        """
        path = reranker_folder(folder) / RERANKER_FILE
        weights = folder / WEIGHTS_FILE
        if not (path.is_file() and weights.is_file()):
            return None
        tensors = _read(path)
        if tensors.pop(_BASE).numpy().tobytes() != file_hash(weights):
            return None
        body = cast("Any", model[0]).auto_model
        peaks = {
            name.removesuffix(_PEAKS): tensors.pop(name)
            for name in list(tensors)
            if name.endswith(_PEAKS)
        }
        network = in_bytes(_network(body.config, tensors), peaks)
        example = (torch.zeros(2, 9, body.config.hidden_size), *_EXAMPLE)
        return cls(recorded(network, example), body.embeddings, tokenizer)

    def read(self, question: str, chunks: Sequence[Chunk]) -> FloatArray:
        """Return how surely each chunk answers: the logarithm of the odds, shape (chunks,)."""
        asked = self._ids(question)
        told = [self._told(chunk, asked) for chunk in chunks]
        # One by one: a batch is no faster, and pads; the longest first, so that none waits alone.
        longest_first = sorted(range(len(told)), key=lambda place: -len(told[place]))
        logits = np.empty(len(told), dtype=np.float32)
        logits[longest_first] = list(
            self._pool.map(lambda place: self._logit(asked, told[place]), longest_first)
        )
        return logits

    def _told(self, chunk: Chunk, asked: TokenIds) -> TokenIds:
        """Return a chunk's token ids; of a long one the part that is nearest to the question."""
        told = self._ids(passage_text(chunk))
        if len(told) <= PASSAGE_TOKENS:
            return told
        above = self._ids(chunk.context)[:_LONGEST_CONTEXT]
        rows = cast("Any", self._embeddings).word_embeddings.weight
        return nearest_part(told, asked, above, rows)

    def _ids(self, text: str) -> TokenIds:
        ids: TokenIds = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _logit(self, asked: TokenIds, told: TokenIds) -> float:
        ids, mask, parts = pair_batch([(asked, told)], first=self._first, separator=self._separator)
        with torch.inference_mode():
            embedded = self._embeddings(input_ids=ids, token_type_ids=parts).float()
            return float(self._network(embedded, mask, parts))


def nearest_part(told: TokenIds, asked: TokenIds, above: TokenIds, rows: Tensor) -> TokenIds:
    """Return so many ids as are read: those from the start, unless others are nearer to asked.

    How near is told by the tokens alone: by the cosine of each asked one with the nearest told, so
    that a word is met by its translation.

    Args:
        told: Of a passage that is longer than what is read.
        asked: Of the question.
        above: What stands above the passage; comes before a part from further down.
        rows: The embedding of each token, shape (tokens, dimension).
    """
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


_EXAMPLE: Final = (
    torch.tensor([[1] * 9, [1] * 7 + [0] * 2]),
    torch.tensor([[0] * 4 + [1] * 5, [0] * 3 + [1] * 6]),
)
"""Mask and parts of two pairs, to record the network with."""


def save_reranker(network: PairNetwork, peaks: Mapping[str, Tensor], model: Path) -> Path:
    """Write a network beside the model whose embeddings it was trained on; return its folder.

    A number of a matrix takes a byte: a row's numbers are kept as shares of its largest.

    Args:
        network: What was trained.
        peaks: See `in_bytes`.
        model: Folder of the model.
    """
    from safetensors.torch import save_file

    folder = reranker_folder(model)
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {
        _BASE: torch.frombuffer(bytearray(file_hash(model / WEIGHTS_FILE)), dtype=torch.uint8)
    }
    tensors |= {name + _PEAKS: peak for name, peak in peaks.items()}
    for name, tensor in network.state_dict().items():
        tensors |= _packed(name, tensor.detach().cpu().float())
    save_file(tensors, folder / RERANKER_FILE)
    (folder / RERANKER_FILE).chmod(0o644)  # safetensors writes for the owner alone
    return folder


def _packed(name: str, tensor: Tensor) -> dict[str, Tensor]:
    if tensor.dim() != 2:
        return {name: tensor}
    scale = (tensor.abs().amax(dim=1, keepdim=True) / _LEVELS).clamp(min=1e-12)
    return {name: (tensor / scale).round().to(torch.int8), name + _SCALE: scale}


def _read(path: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    stored = load_file(path)
    scales = {name: stored.pop(name) for name in list(stored) if name.endswith(_SCALE)}
    return {
        name: tensor.float() * scales[name + _SCALE] if name + _SCALE in scales else tensor
        for name, tensor in stored.items()
    }


def _network(config: Any, tensors: Mapping[str, Tensor]) -> PairNetwork:
    from transformers.models.bert.modeling_bert import BertEncoder

    network = PairNetwork(BertEncoder(config), config.hidden_size)  # type: ignore[no-untyped-call]
    network.load_state_dict(dict(tensors))
    return network.eval()
