"""Known vectors on disk, a file a model; also of texts that are no notes', such as a manual's."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from kb.ports import NO_TOKENS, Embedder, Embedding, FloatArray
from kb.store.embeddings import EmbeddingCache, embedding_key

_log: Final = logging.getLogger(__name__)


def kept_vectors(folder: Path, embedder: Embedder, texts: Sequence[str]) -> list[FloatArray]:
    """Return the vectors of texts; those not kept in the folder yet are embedded and kept.

    Args:
        folder: Where they are kept, a file a model; what other models have left there is deleted.
        embedder: The model.
        texts: The texts; a folder that cannot be written costs time and no more.
    """
    try:
        return _kept(folder, embedder, texts)
    except (OSError, sqlite3.Error) as error:
        _log.warning("the vectors in %s cannot be kept: %s", folder, error)
        return [one.vector for one in embedder.embed_documents(texts)]


def open_cache(folder: Path, embedder: Embedder) -> EmbeddingCache:
    """Open the file of a model in a folder; what other models have left there is deleted."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{embedder.fingerprint[:16]}.sqlite3"
    for other in folder.glob("*.sqlite3*"):
        if not other.name.startswith(name):
            other.unlink(missing_ok=True)
    return EmbeddingCache(folder / name, dimension=embedder.dimension)


def _kept(folder: Path, embedder: Embedder, texts: Sequence[str]) -> list[FloatArray]:
    keys = [embedding_key(text) for text in texts]
    with closing(open_cache(folder, embedder)) as cache:
        known = dict(cache.get(keys))
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if fresh:
            made = embedder.embed_documents(list(fresh.values()))
            known |= {key: one.vector for key, one in zip(fresh, made, strict=True)}
            cache.put((key, Embedding(known[key], NO_TOKENS)) for key in fresh)
    return [known[key] for key in keys]
