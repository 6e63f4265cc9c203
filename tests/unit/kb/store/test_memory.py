from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kb.model import Chunk
from kb.ports import ChunkCatalog, ChunkStore, LexicalIndex
from kb.store.memory import MemoryCatalog, MemoryChunkStore, MemoryLexicalIndex
from kb.text.tokens import analyze
from tests.unit.kb.store.contracts import CatalogContract, ChunkStoreContract, LexicalIndexContract


class TestMemoryChunkStore(ChunkStoreContract):
    @pytest.fixture
    def store(self) -> ChunkStore:
        return MemoryChunkStore()


class TestMemoryLexicalIndex(LexicalIndexContract):
    @pytest.fixture
    def lexical(self) -> LexicalIndex:
        return MemoryLexicalIndex(analyze=analyze)


class TestMemoryCatalog(CatalogContract):
    @pytest.fixture
    def make_catalog(self) -> Callable[[Sequence[Chunk]], ChunkCatalog]:
        return MemoryCatalog
