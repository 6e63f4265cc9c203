"""What the model made of an index's chunks: the manifest names it, its known vectors hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from kb.model import ChunkId
from kb.ports import FloatArray, TokenArray
from kb.store.embeddings import EmbeddingCache
from kb.store.manifest import Manifest

_Array = TypeVar("_Array", FloatArray, TokenArray)


class KnownEmbeddings:
    """An EmbeddingStore over what is kept of every text.

    Args:
        manifest: Tells the texts of a chunk.
        cache: The model's known vectors.
    """

    def __init__(self, manifest: Manifest, cache: EmbeddingCache) -> None:
        self._manifest = manifest
        self._cache = cache

    def vectors(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[FloatArray]]:
        """Return the vectors of the chunks, window by window; chunks without any are left out."""
        return self._by_chunk(chunks, self._cache.get)

    def tokens(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[TokenArray]]:
        """Return the token vectors of the chunks, window by window."""
        return self._by_chunk(chunks, self._cache.tokens)

    def _by_chunk(
        self, chunks: Sequence[ChunkId], read: Callable[[Sequence[str]], Mapping[str, _Array]]
    ) -> dict[ChunkId, list[_Array]]:
        keys = self._manifest.keys(chunks)
        known = read([key for own in keys.values() for key in own])
        found = {chunk: [known[key] for key in own if key in known] for chunk, own in keys.items()}
        return {chunk: windows for chunk, windows in found.items() if windows}
