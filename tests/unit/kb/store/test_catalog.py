from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import Chunk, ChunkId, ChunkKind, NoteId, NoteWarning
from kb.ports import ChunkCatalog
from kb.store.catalog import SCHEMA, SqliteCatalog
from kb.store.database import Database
from kb.store.manifest import IndexedChunk, Manifest, NoteChange, NoteRecord
from kb.store.serial import chunk_from_json, chunk_to_json
from tests.chunks import make_chunk
from tests.unit.ingest.snapshots import case_files
from tests.unit.kb.store.contracts import CatalogContract


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "catalog.sqlite3", SCHEMA)
    yield database
    database.close()


@pytest.fixture
def manifest(database: Database) -> Manifest:
    return Manifest(database)


def changes_of(chunks: Sequence[Chunk]) -> list[NoteChange]:
    by_note: dict[NoteId, list[IndexedChunk]] = defaultdict(list)
    for chunk in chunks:
        by_note[chunk.note].append(IndexedChunk(chunk=chunk, keys=("k1", "k2")))
    return [
        NoteChange(record=NoteRecord(id=note, title=note), chunks=tuple(own))
        for note, own in by_note.items()
    ]


class TestSqliteCatalog(CatalogContract):
    @pytest.fixture
    def make_catalog(self, database: Database) -> Callable[[Sequence[Chunk]], ChunkCatalog]:
        def make(chunks: Sequence[Chunk]) -> ChunkCatalog:
            Manifest(database).finish_change(changes=changes_of(chunks))
            return SqliteCatalog(database)

        return make


@pytest.mark.parametrize("case", case_files("chunks"), ids=lambda case: case.stem)
def test_chunks_survive_json(case: Path) -> None:
    for chunk in chunk_note(parse_note(NoteId(case.name), case.read_text(encoding="utf-8"))):
        assert chunk_from_json(chunk_to_json(chunk)) == chunk


def test_a_chunk_of_an_older_index_has_no_columns() -> None:
    chunk = make_chunk("| 80 | web |", kind=ChunkKind.TABLE_ROW)
    fields = json.loads(chunk_to_json(replace(chunk, columns=("Port", "Who"))))
    del fields["columns"]
    assert chunk_from_json(json.dumps(fields)) == chunk


def test_a_change_replaces_all_of_a_note(database: Database, manifest: Manifest) -> None:
    old = make_chunk("-a - x", kind=ChunkKind.FLAG, flags=("-a",), commands=("docker ps",))
    new = make_chunk("docker rm", start=2, kind=ChunkKind.COMMAND, commands=("docker rm",))
    catalog = SqliteCatalog(database)
    manifest.finish_change(changes=changes_of([old]))
    manifest.finish_change(changes=changes_of([new]))
    assert catalog.flag_entries("-a") == []
    assert catalog.chunks_of(old.note) == [new]
    manifest.finish_change(removed=[new.note])
    assert catalog.command_chunks("docker rm") == []
    assert (catalog.notes(), manifest.chunk_ids(), manifest.used_keys()) == ([], set(), set())


def test_the_journal_lasts_until_the_change_is_finished(manifest: Manifest) -> None:
    manifest.begin_change([ChunkId("x"), ChunkId("y")])
    manifest.begin_change([ChunkId("y"), ChunkId("z")])
    assert manifest.journal() == {"x", "y", "z"}
    manifest.finish_change(changes=changes_of([make_chunk("a")]))
    assert manifest.journal() == set()


def test_a_change_that_fails_changes_nothing(database: Database, manifest: Manifest) -> None:
    chunk = make_chunk("a")
    manifest.finish_change(changes=changes_of([chunk]))
    manifest.begin_change([ChunkId("x")])
    twice = NoteChange(
        record=NoteRecord(id=NoteId("b.md")),
        chunks=(IndexedChunk(chunk=chunk, keys=()), IndexedChunk(chunk=chunk, keys=())),
    )
    with pytest.raises(Exception, match="UNIQUE"):
        manifest.finish_change(changes=[twice], removed=[chunk.note])
    assert SqliteCatalog(database).chunks_of(chunk.note) == [chunk]
    assert manifest.journal() == {"x"}


def test_records_totals_and_values(manifest: Manifest) -> None:
    warning = NoteWarning(note=NoteId("a.md"), line=3, message="m", hint="h")
    record = NoteRecord(
        id=NoteId("a.md"),
        title="A",
        tags=("x",),
        size_bytes=5,
        mtime_ns=1_700_000_000_123_456_789,
        read_ns=7,
        sha256="s",
        warnings=(warning,),
    )
    indexed = IndexedChunk(chunk=make_chunk("a"), keys=("k1", "k2"))
    manifest.finish_change(changes=[NoteChange(record=record, chunks=(indexed,))])
    assert manifest.records() == {"a.md": record}
    assert manifest.warnings() == (warning,)
    totals = manifest.totals()
    assert (totals.notes, totals.chunks, totals.windows) == (1, 1, 2)
    assert manifest.kinds() == {ChunkKind.PARAGRAPH: 1}
    assert manifest.keys_of(NoteId("a.md")) == {indexed.chunk.id: ("k1", "k2")}
    assert manifest.indexed([indexed.chunk.id, ChunkId("unknown")]) == [indexed]
    manifest.finish_change(touched=[replace(record, read_ns=9)])
    assert manifest.records()[NoteId("a.md")].read_ns == 9
    assert manifest.value("k") == ""
    manifest.set_value("k", "v")
    assert manifest.value("k") == "v"


def test_threads_read_while_one_writes(database: Database, manifest: Manifest) -> None:
    catalog = SqliteCatalog(database)
    chunks = [make_chunk(f"text {n}", start=n + 1) for n in range(50)]
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(catalog.chunks_of(NoteId("a.md"))))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(20):
        manifest.finish_change(changes=changes_of(chunks))
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= {0, 50}
