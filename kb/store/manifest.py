"""The manifest: which files the index was made from, and which change is under way.

The database is written in transactions; vectors and the lexical index follow it. The ids that a
change is about to touch go into the journal first, so that after a crash exactly these are
repaired (write-ahead intent logging).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kb.model import Chunk, ChunkId, ChunkKind, NoteId, NoteWarning
from kb.store.database import Database, Value, batched, marks
from kb.store.serial import chunk_from_json, chunk_to_json, warnings_from_json, warnings_to_json
from kb.text.command_lines import called_words


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecord:
    """A note as the manifest knows it."""

    id: NoteId
    title: str = ""
    tags: tuple[str, ...] = ()
    size_bytes: int = 0
    mtime_ns: int = 0
    read_ns: int = 0
    """When the file was read, in nanoseconds of POSIX time."""
    sha256: str = ""
    warnings: tuple[NoteWarning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedChunk:
    """A chunk with the keys of its vectors."""

    chunk: Chunk
    keys: tuple[str, ...]
    """One for each window, in order; see `EmbeddingCache`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChange:
    """A note as it shall be."""

    record: NoteRecord
    chunks: tuple[IndexedChunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is in an index."""

    notes: int = 0
    chunks: int = 0
    windows: int = 0
    """Vectors of all chunks."""


class Manifest:
    """What an index was made from.

    Args:
        database: The index's database, made with the catalogue's schema.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self) -> dict[NoteId, NoteRecord]:
        """Return what is known of every note."""
        rows = self._database.read(
            "SELECT id, title, tags, size_bytes, mtime_ns, read_ns, sha256, warnings FROM notes"
        )
        records = map(_record, rows)
        return {record.id: record for record in records}

    def totals(self) -> Totals:
        """Return how many notes, chunks and vectors there are."""
        count = self._database.read_number
        return Totals(
            notes=count("SELECT COUNT(*) FROM notes"),
            chunks=count("SELECT COUNT(*) FROM chunks"),
            windows=count("SELECT SUM(windows) FROM chunks"),
        )

    def kinds(self) -> dict[ChunkKind, int]:
        """Return how many chunks there are of each kind."""
        rows = self._database.read("SELECT kind, COUNT(*) FROM chunks GROUP BY kind ORDER BY kind")
        return {ChunkKind(str(kind)): int(count or 0) for kind, count in rows}

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all chunks."""
        return {ChunkId(id_) for id_ in self._database.read_text("SELECT id FROM chunks")}

    def keys_of(self, note: NoteId) -> dict[ChunkId, tuple[str, ...]]:
        """Return the keys of the vectors of each of a note's chunks."""
        rows = self._database.read("SELECT id, keys FROM chunks WHERE note = ?", (note,))
        return {ChunkId(str(id_)): tuple(str(keys).split()) for id_, keys in rows}

    def keys(self, chunks: Sequence[ChunkId]) -> dict[ChunkId, tuple[str, ...]]:
        """Return the keys of the vectors of those of the chunks that are there."""
        return {
            ChunkId(str(id_)): tuple(str(keys).split())
            for batch in batched(chunks)
            for id_, keys in self._database.read(
                f"SELECT id, keys FROM chunks WHERE id IN ({marks(len(batch))})",  # noqa: S608
                batch,
            )
        }

    def indexed(self, chunks: Sequence[ChunkId]) -> list[IndexedChunk]:
        """Return those of the chunks that are there, with the keys of their vectors."""
        return [
            IndexedChunk(chunk=chunk_from_json(str(body)), keys=tuple(str(keys).split()))
            for batch in batched(chunks)
            for body, keys in self._database.read(
                f"SELECT body, keys FROM chunks WHERE id IN ({marks(len(batch))})",  # noqa: S608
                batch,
            )
        ]

    def used_keys(self) -> set[str]:
        """Return the keys of all vectors that chunks have."""
        rows = self._database.read_text("SELECT keys FROM chunks")
        return {key for keys in rows for key in keys.split()}

    def warnings(self) -> tuple[NoteWarning, ...]:
        """Return the warnings of all notes, by path."""
        rows = self._database.read_text(
            "SELECT warnings FROM notes WHERE warnings != '[]' ORDER BY id"
        )
        return tuple(warning for row in rows for warning in warnings_from_json(row))

    def value(self, key: str) -> str:
        """Return a value kept with the index; empty where there is none."""
        return next(
            iter(self._database.read_text("SELECT value FROM meta WHERE key = ?", (key,))), ""
        )

    def set_value(self, key: str, value: str) -> None:
        """Keep a value with the index."""
        with self._database.transaction() as write:
            write.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def journal(self) -> set[ChunkId]:
        """Return the chunks that an unfinished change was about to touch."""
        return {ChunkId(id_) for id_ in self._database.read_text("SELECT chunk FROM journal")}

    def begin_change(self, touched: Collection[ChunkId]) -> None:
        """Write down which chunks the vectors and the lexical index are about to lose or gain."""
        if not touched:
            return
        with self._database.transaction() as write:
            write.executemany(
                "INSERT OR IGNORE INTO journal VALUES (?)", ((id_,) for id_ in touched)
            )

    def finish_change(
        self,
        *,
        changes: Iterable[NoteChange] = (),
        removed: Collection[NoteId] = (),
        touched: Iterable[NoteRecord] = (),
    ) -> None:
        """Change notes and empty the journal, all or nothing.

        Args:
            changes: Notes as they shall be.
            removed: Notes that are gone.
            touched: Notes whose file has a new time or size of record, but says the same.
        """
        with self._database.transaction() as write:
            for note in removed:
                _delete_note(write, note)
            for change in changes:
                _delete_note(write, change.record.id)
                _insert_note(write, change)
            write.executemany(
                "UPDATE notes SET size_bytes = ?, mtime_ns = ?, read_ns = ? WHERE id = ?",
                [(note.size_bytes, note.mtime_ns, note.read_ns, note.id) for note in touched],
            )
            write.execute("DELETE FROM journal")


def _delete_note(write: sqlite3.Connection, note: NoteId) -> None:
    write.execute("DELETE FROM notes WHERE id = ?", (note,))
    for table in ("chunks", "flags", "commands"):
        write.execute(f"DELETE FROM {table} WHERE note = ?", (note,))  # noqa: S608


def _insert_note(write: sqlite3.Connection, change: NoteChange) -> None:
    record = change.record
    write.execute(
        "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.id,
            record.title,
            json.dumps(record.tags, ensure_ascii=False),
            len(change.chunks),
            record.size_bytes,
            record.mtime_ns,
            record.read_ns,
            record.sha256,
            warnings_to_json(record.warnings),
        ),
    )
    chunks = [indexed.chunk for indexed in change.chunks]
    write.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_chunk_row, change.chunks)
    )
    write.executemany("INSERT OR IGNORE INTO flags VALUES (?, ?, ?, ?)", _flag_rows(chunks))
    write.executemany("INSERT OR IGNORE INTO commands VALUES (?, ?, ?)", _command_rows(chunks))


def _chunk_row(indexed: IndexedChunk) -> tuple[Value, ...]:
    chunk = indexed.chunk
    return (
        chunk.id,
        chunk.note,
        chunk.lines.start,
        chunk.lines.end,
        chunk.kind.value,
        chunk.parent,
        len(indexed.keys),
        " ".join(indexed.keys),
        chunk_to_json(chunk),
    )


def _flag_rows(chunks: Sequence[Chunk]) -> list[tuple[str, str, str, str]]:
    return [
        (flag, command, chunk.id, chunk.note)
        for chunk in chunks
        if chunk.kind is ChunkKind.FLAG
        for command in chunk.commands or ("",)
        for flag in chunk.flags
    ]


def _command_rows(chunks: Sequence[Chunk]) -> list[tuple[str, str, str]]:
    return [
        (" ".join(called_words(command)), chunk.id, chunk.note)
        for chunk in chunks
        if chunk.kind is ChunkKind.COMMAND
        for command in chunk.commands
    ]


def _record(row: Sequence[Value]) -> NoteRecord:
    id_, title, tags, size_bytes, mtime_ns, read_ns, sha256, warnings = row
    return NoteRecord(
        id=NoteId(str(id_)),
        title=str(title),
        tags=tuple(json.loads(str(tags))),
        size_bytes=int(size_bytes or 0),
        mtime_ns=int(mtime_ns or 0),
        read_ns=int(read_ns or 0),
        sha256=str(sha256),
        warnings=warnings_from_json(str(warnings)),
    )
