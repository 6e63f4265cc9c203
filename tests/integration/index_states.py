"""Opens services over real stores, and shows all that an index holds, to compare two of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ingest.service import IndexService
from kb.model import Chunk, ChunkId, FlagEntry
from kb.ports import Embedder, Index, Term
from kb.store.chroma import ChromaServer
from tests.fakes import FakeEmbedder

PROBES = ("docker", "контейнер", "-a", "том", "слово", "порт")


@contextmanager
def opened(
    notes: Path,
    state: Path,
    embedder: Embedder | None = None,
    *,
    chroma: ChromaServer | None = None,
) -> Iterator[IndexService]:
    service = IndexService(
        notes=notes, state=state, embedder=embedder or FakeEmbedder(), chroma=chroma
    )
    service.open()
    try:
        yield service
    finally:
        service.close()


def index_of(service: IndexService) -> Index:
    index = service.index
    assert index is not None
    return index


def all_chunks(index: Index) -> list[Chunk]:
    return [chunk for note in index.catalog.notes() for chunk in index.catalog.chunks_of(note.id)]


def contents(service: IndexService) -> tuple[object, ...]:
    """Return everything an index answers from; equal for equal notes, however it came about."""
    index = index_of(service)
    chunks = all_chunks(index)
    ids = {chunk.id for chunk in chunks}
    assert index.vectors.chunk_ids() == ids, "vectors and catalogue differ"
    assert index.lexical.chunk_ids() == ids, "lexical index and catalogue differ"
    assert index.lexical.count() == len(ids)
    return (
        [(note.id, note.title, note.tags, note.chunks) for note in index.catalog.notes()],
        chunks,
        _vectors(index, ids),
        [_frequencies(index), _flags(index, chunks)],
        index.vectors.count(),
        _tokens(index, ids),
    )


def _vectors(index: Index, ids: set[ChunkId]) -> dict[ChunkId, list[list[float]]]:
    found = index.vectors.vectors(ids)
    return {
        chunk: [[float(number) for number in np.round(vector, 4)] for vector in found[chunk]]
        for chunk in sorted(ids)
    }


def _tokens(index: Index, ids: set[ChunkId]) -> dict[ChunkId, list[list[list[int]]]]:
    found = index.embeddings.read(sorted(ids))
    assert set(found) == ids, "token vectors and catalogue differ"
    return {chunk: [one.tokens.tolist() for one in windows] for chunk, windows in found.items()}


def _frequencies(index: Index) -> dict[str, list[ChunkId]]:
    return {
        probe: sorted(hit.chunk for hit in index.lexical.search([Term(text=probe)], top_k=1000))
        for probe in PROBES
    }


def _flags(index: Index, chunks: list[Chunk]) -> dict[str, list[FlagEntry]]:
    flags = sorted({flag for chunk in chunks for flag in chunk.flags})
    return {flag: index.catalog.flag_entries(flag) for flag in flags}
