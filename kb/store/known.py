"""What the model made of an index's chunks: the manifest names it, its known vectors hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.model import ChunkId
from kb.ports import KeptEmbedding
from kb.store.embeddings import EmbeddingCache
from kb.store.manifest import Manifest


class KnownEmbeddings:
    """An EmbeddingStore over what is kept of every text.

    Args:
        manifest: Tells the texts of a chunk.
        cache: The model's known vectors.
    """

    def __init__(self, manifest: Manifest, cache: EmbeddingCache) -> None:
        self._manifest = manifest
        self._cache = cache

    def read(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[KeptEmbedding]]:
        """Return what is kept of the chunks, window by window; those without any are left out."""
        keys = self._manifest.keys(chunks)
        known = self._cache.read([key for own in keys.values() for key in own])
        found = {chunk: [known[key] for key in own if key in known] for chunk, own in keys.items()}
        return {chunk: windows for chunk, windows in found.items() if windows}
