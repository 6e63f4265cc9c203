"""Known vectors on disk, a file a model; also of texts that are no notes', such as a manual's."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def known_or_made(
    cache: EmbeddingCache,
    texts: Sequence[str],
    make: Callable[[Sequence[str]], Iterable[FloatArray]],
) -> list[FloatArray]:
    """Return the vectors of texts; those that a cache has not are made, once each, and put in.

    Args:
        cache: Of one model.
        texts: The texts.
        make: Returns a vector for each text.
    """
    keys = [embedding_key(text) for text in texts]
    known = dict(cache.get(list(dict.fromkeys(keys))))
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if fresh:
        known |= dict(zip(fresh, make(list(fresh.values())), strict=True))
        cache.put((key, Embedding(known[key], NO_TOKENS)) for key in fresh)
    return [known[key] for key in keys]


def _kept(folder: Path, embedder: Embedder, texts: Sequence[str]) -> list[FloatArray]:
    def make(fresh: Sequence[str]) -> Iterator[FloatArray]:
        return (one.vector for one in embedder.embed_documents(fresh))

    with closing(open_cache(folder, embedder)) as cache:
        return known_or_made(cache, texts, make)
