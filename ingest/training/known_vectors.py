"""Vectors of what is learnt from, kept in a run's folder: a step that goes on makes none again.

Those of all vaults and lessons take a processor more than ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from ingest.models.model_files import WEIGHTS_FILE, file_hash
from ingest.training.bitext import Vectors
from ingest.training.evaluation import Encoder
from kb.ports import NO_TOKENS, Embedding
from kb.store.embeddings import EmbeddingCache, embedding_key


@contextmanager
def known_vectors(
    encode: Encoder, *, model: Path, folder: Path, dimension: int
) -> Iterator[Encoder]:
    """Give an encoder that makes the vector of each text once, and finds it again later.

    Args:
        encode: Makes those that are not known.
        model: The exported folder of what encodes; vectors of other weights are not taken.
        folder: Where they are kept.
        dimension: Length of a vector.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"vectors-{file_hash(model / WEIGHTS_FILE).hex()[:16]}.sqlite3"
    with closing(EmbeddingCache(folder / name, dimension=dimension)) as cache:

        def encode_new(texts: Sequence[str]) -> Vectors:
            keys = [embedding_key(text) for text in texts]
            known = dict(cache.get(list(dict.fromkeys(keys))))
            new = {k: text for k, text in zip(keys, texts, strict=True) if k not in known}
            if new:
                known |= dict(zip(new, encode(list(new.values())), strict=True))
                cache.put((key, Embedding(known[key], NO_TOKENS)) for key in new)
            return np.stack([known[key] for key in keys])

        yield encode_new
