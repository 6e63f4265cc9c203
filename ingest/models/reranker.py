"""The reranker that comes with an embedding model: its files, and reading with it.

Two networks read, each with a vocabulary of its own: one stands on the embedder's embeddings, the
other (`ingest.models.own_reader`) on those of another model. They err in different places, so the
mean of what they say is right more often than either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import numpy as np
import torch
from torch import Tensor

from ingest.models.model_files import WEIGHTS_FILE, reranker_folder
from ingest.models.own_reader import load_own_reader
from ingest.models.packed_tensors import read_packed, write_packed
from ingest.models.pair_network import PairNetwork
from ingest.models.pair_reader import PairReader, recorded_network, with_peaks
from kb.model import Chunk
from kb.ports import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

RERANKER_FILE: Final = "reranker.safetensors"
_BASE: Final = "base"
_EMBEDDINGS: Final = "embeddings."
_SIDE_BY_SIDE: Final = 2
"""Pairs that are read at a time."""


class PairReranker:
    """Reads questions with chunks; may be used from several threads.

    Args:
        readers: What reads, at least one; each counts the same.
    """

    def __init__(self, readers: Sequence[PairReader]) -> None:
        self._readers = tuple(readers)
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="rerank")

    @classmethod
    def load(cls, folder: Path, model: SentenceTransformer, tokenizer: Tokenizer) -> Self | None:
        """Return the reranker of a loaded model; None where it has none of its own.

        A reranker that was trained on other embeddings than those in `folder` is none.
        """
        tensors = stored_reranker(folder)
        if tensors is None:
            return None
        body = cast("Any", model[0]).auto_model
        first = PairReader(recorded_network(body.config, tensors), body.embeddings, tokenizer)
        second = load_own_reader(folder)
        return cls([first] if second is None else [first, second])

    def read(self, question: str, chunks: Sequence[Chunk]) -> FloatArray:
        """Return how surely each chunk answers: the logarithm of the odds, shape (chunks,)."""
        pairs = [
            (reader, place, asked, reader.told(chunk, asked))
            for reader in self._readers
            for asked in [reader.asked(question)]
            for place, chunk in enumerate(chunks)
        ]
        # One by one: a batch is no faster, and pads; the longest first, so that none waits alone.
        pairs.sort(key=lambda pair: -len(pair[3]))
        logits = self._pool.map(lambda pair: pair[0].logit(pair[2], pair[3]), pairs)
        total = np.zeros(len(chunks), dtype=np.float32)
        for (_, place, _, _), logit in zip(pairs, logits, strict=True):
            total[place] += logit
        return total / np.float32(len(self._readers))


def stored_reranker(model: Path) -> dict[str, Tensor] | None:
    """Return the tensors of the reranker that lies beside a model, as `with_peaks` gives them.

    None where there is none, or one that was trained on other embeddings than the model's.
    """
    path, weights = reranker_folder(model) / RERANKER_FILE, model / WEIGHTS_FILE
    if not (path.is_file() and weights.is_file()):
        return None
    tensors = read_packed(path)
    return tensors if tensors.pop(_BASE).numpy().tobytes() == _embeddings_hash(weights) else None


def save_reranker(network: PairNetwork, peaks: Mapping[str, Tensor], model: Path) -> Path:
    """Write a network beside the model whose embeddings it was trained on; return its folder.

    Args:
        network: What was trained.
        peaks: See `in_bytes`.
        model: Folder of the model.
    """
    base = torch.frombuffer(bytearray(_embeddings_hash(model / WEIGHTS_FILE)), dtype=torch.uint8)
    folder = reranker_folder(model)
    write_packed({_BASE: base, **with_peaks(network, peaks)}, folder / RERANKER_FILE)
    return folder


def _embeddings_hash(weights: Path) -> bytes:
    """Return a hash of what a reader stands on: the model's other layers may learn on."""
    from safetensors import safe_open

    digest = hashlib.blake2b()
    with safe_open(weights, "numpy") as file:
        for name in sorted(name for name in file.keys() if name.startswith(_EMBEDDINGS)):  # noqa: SIM118
            digest.update(name.encode())
            digest.update(file.get_tensor(name).tobytes())
    return digest.digest()
