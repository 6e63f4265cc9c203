"""The token vectors of an index: the manifest names them, the model's known vectors hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.model import ChunkId
from kb.ports import TokenArray
from kb.store.embeddings import EmbeddingCache
from kb.store.manifest import Manifest


class CachedTokens:
    """A TokenStore over what is kept of every text.

    Args:
        manifest: Tells the texts of a chunk.
        cache: The model's known vectors.
    """

    def __init__(self, manifest: Manifest, cache: EmbeddingCache) -> None:
        self._manifest = manifest
        self._cache = cache

    def tokens(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[TokenArray]]:
        """Return the token vectors of the chunks, window by window."""
        keys = self._manifest.keys(chunks)
        known = self._cache.tokens([key for own in keys.values() for key in own])
        found = {chunk: [known[key] for key in own if key in known] for chunk, own in keys.items()}
        return {chunk: windows for chunk, windows in found.items() if windows}
