"""Whole indexes in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import NoteId
from kb.ports import EmbeddedWindow, Index
from kb.store.memory import MemoryCatalog, MemoryChunkStore, MemoryLexicalIndex
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
    for chunk in chunks:
        texts = embedder.split_windows(chunk.context, chunk.text)
        vectors.upsert(
            [
                EmbeddedWindow(chunk=chunk.id, note=chunk.note, window=number, vector=vector)
                for number, vector in enumerate(embedder.embed_documents(texts))
            ]
        )
    lexical = MemoryLexicalIndex(analyze=analyze)
    lexical.upsert(chunks)
    return Index(
        fingerprint="memory",
        embedder=embedder,
        vectors=vectors,
        lexical=lexical,
        catalog=MemoryCatalog(chunks),
    )
