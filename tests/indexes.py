"""Whole indexes in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import ChunkId, NoteId
from kb.ports import EmbeddedWindow, FloatArray, Index, TokenArray
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
    windows: dict[ChunkId, list[FloatArray]] = {}
    tokens: dict[ChunkId, list[TokenArray]] = {}
    for chunk in chunks:
        embedded = embedder.embed_documents(embedder.split_windows(chunk.context, chunk.text))
        vectors.upsert(
            [
                EmbeddedWindow(chunk=chunk.id, note=chunk.note, window=number, vector=one.vector)
                for number, one in enumerate(embedded)
            ]
        )
        windows[chunk.id] = [one.vector for one in embedded]
        tokens[chunk.id] = [np.rint(one.tokens * 127).astype(np.int8) for one in embedded]
    lexical = MemoryLexicalIndex(analyze=analyze)
    lexical.upsert(chunks)
    return Index(
        fingerprint="memory",
        embedder=embedder,
        vectors=vectors,
        embeddings=MemoryEmbeddingStore(windows, tokens),
        lexical=lexical,
        catalog=MemoryCatalog(chunks),
    )
