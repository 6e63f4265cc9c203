from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import IndexUnavailableError
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
