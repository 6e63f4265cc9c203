from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from kb.errors import IndexUnavailableError
from kb.model import Chunk, ChunkId
from kb.ports import LexicalIndex, Term
from kb.store.lexical import TantivyIndex
from kb.text.tokens import analyze
from tests.chunks import make_chunk
from tests.unit.kb.store.contracts import LexicalIndexContract


class TestTantivyIndex(LexicalIndexContract):
    @pytest.fixture
    def lexical(self, tmp_path: Path) -> Iterator[LexicalIndex]:
        index = TantivyIndex(tmp_path / "lexical", analyze=analyze)
        yield index
        index.close()


def test_it_is_there_again_after_a_restart(tmp_path: Path) -> None:
    chunk = make_chunk("docker volume")
    index = TantivyIndex(tmp_path, analyze=analyze)
    index.upsert([chunk])
    index.close()
    again = TantivyIndex(tmp_path, analyze=analyze)
    assert [hit.chunk for hit in again.search([Term(text="volum")], top_k=3)] == [chunk.id]
    again.close()


def test_a_lock_left_by_a_killed_process_is_no_hindrance(tmp_path: Path) -> None:
    TantivyIndex(tmp_path, analyze=analyze).close()
    (tmp_path / ".tantivy-writer.lock").write_text("")
    chunk = make_chunk("docker volume")
    index = TantivyIndex(tmp_path, analyze=analyze)
    index.upsert([chunk])
    assert index.chunk_ids() == {chunk.id}
    index.close()


def test_damaged_files_are_said(tmp_path: Path) -> None:
    TantivyIndex(tmp_path, analyze=analyze).close()
    (tmp_path / "meta.json").write_text("{ broken")
    with pytest.raises(IndexUnavailableError) as caught:
        TantivyIndex(tmp_path, analyze=analyze)
    assert caught.value.code == "index_damaged"


def test_a_closed_index_takes_nothing(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path, analyze=analyze)
    index.close()
    with pytest.raises(IndexUnavailableError):
        index.upsert([make_chunk("x")])


def test_a_deletion_that_a_merge_lost_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path, analyze=analyze)
    chunks = [make_chunk(f"слово {line}", start=line) for line in (1, 2)]
    index.upsert(chunks)
    commit = TantivyIndex._commit
    tries: list[Collection[ChunkId]] = []

    def lose_once(
        index: TantivyIndex, chunks: Sequence[Chunk], removed: Collection[ChunkId]
    ) -> None:
        tries.append(removed)
        if len(tries) > 1:
            commit(index, chunks, removed)

    monkeypatch.setattr(TantivyIndex, "_commit", lose_once)
    index.delete([chunks[0].id])
    assert index.chunk_ids() == {chunks[1].id}
    assert len(tries) == 2
    index.close()


def test_a_change_that_does_not_come_through_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path, analyze=analyze)
    monkeypatch.setattr(TantivyIndex, "_commit", lambda *_: None)
    with pytest.raises(IndexUnavailableError) as raised:
        index.upsert([make_chunk("docker volume")])
    assert raised.value.code == "index_damaged"
    assert raised.value.hint
    index.close()
