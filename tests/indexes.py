"""Whole indexes in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import ChunkId, NoteId
from kb.ports import EmbeddedWindow, Index, KeptEmbedding
from kb.store.memory import (
    MemoryCatalog,
    MemoryChunkStore,
    MemoryEmbeddingStore,
    MemoryLexicalIndex,
)
from kb.text.tokens import analyze
from tests.fakes import FakeEmbedder


def memory_index(sources: Mapping[str, str]) -> Index:
    """Return an index of the notes (path to source), with vectors of a fake embedder."""
    chunks = [
        chunk
        for name, source in sources.items()
        for chunk in chunk_note(parse_note(NoteId(name), source))
    ]
    embedder = FakeEmbedder()
    vectors = MemoryChunkStore()
    kept: dict[ChunkId, list[KeptEmbedding]] = {}
    for chunk in chunks:
        embedded = embedder.embed_documents(embedder.split_windows(chunk.context, chunk.text))
        vectors.upsert(
            [
                EmbeddedWindow(chunk=chunk.id, note=chunk.note, window=number, vector=one.vector)
                for number, one in enumerate(embedded)
            ]
        )
        kept[chunk.id] = [
            KeptEmbedding(one.vector, np.rint(one.tokens * 127).astype(np.int8)) for one in embedded
        ]
    lexical = MemoryLexicalIndex(analyze=analyze)
    lexical.upsert(chunks)
    return Index(
        fingerprint="memory",
        embedder=embedder,
        vectors=vectors,
        embeddings=MemoryEmbeddingStore(kept),
        lexical=lexical,
        catalog=MemoryCatalog(chunks),
    )
