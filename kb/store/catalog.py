"""The catalogue on disk: chunks, their notes, and where flags and commands are explained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from kb.model import Chunk, ChunkId, FlagEntry, NoteId, NoteSummary
from kb.store.database import Database, Value, batched, marks
from kb.store.serial import chunk_from_json

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, tags TEXT NOT NULL, chunks INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, warnings TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
    id TEXT PRIMARY KEY, note TEXT NOT NULL, line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL, kind TEXT NOT NULL, parent TEXT, windows INTEGER NOT NULL,
    keys TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_note ON chunks (note, line_start);
CREATE INDEX IF NOT EXISTS chunks_windows ON chunks (windows);
CREATE INDEX IF NOT EXISTS chunks_parent ON chunks (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS flags (
    flag TEXT NOT NULL, command TEXT NOT NULL, chunk TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (flag, chunk, command)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS flags_note ON flags (note);
CREATE TABLE IF NOT EXISTS commands (
    command TEXT NOT NULL, chunk TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (command, chunk)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS commands_note ON commands (note);
CREATE TABLE IF NOT EXISTS journal (chunk TEXT PRIMARY KEY) WITHOUT ROWID;
"""

_REMEMBERED: Final = 10_000
"""Chunks kept in memory, some 4 KB each."""
_BY_LINE: Final = "ORDER BY note, line_start, line_end DESC, id"
_COMMAND_CHUNKS: Final = (
    "SELECT chunk FROM commands WHERE command = ? OR (command >= ? AND command < ?)"
)


class SqliteCatalog:
    """A ChunkCatalog over the index's database; may be read from any thread.

    Args:
        database: The index's database, made with `SCHEMA`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def chunks(self, ids: Sequence[ChunkId]) -> list[Chunk]:
        """Return the chunks in the order of the ids; unknown ids are left out."""
        found: dict[str, Chunk] = {}
        for batch in batched(list(dict.fromkeys(ids))):
            for chunk in self._select(f"WHERE id IN ({marks(len(batch))})", batch):
                found[chunk.id] = chunk
        return [found[id_] for id_ in ids if id_ in found]

    def chunks_of(self, note: NoteId) -> list[Chunk]:
        """Return a note's chunks by line."""
        return self._select(f"WHERE note = ? {_BY_LINE}", (note,))

    def children(self, chunk: ChunkId) -> list[Chunk]:
        """Return the chunks whose parent this is, by line."""
        return self._select(f"WHERE parent = ? {_BY_LINE}", (chunk,))

    def flag_entries(self, flag: str) -> list[FlagEntry]:
        """Return where the flag is explained, by note and line; case matters."""
        rows = self._database.read(
            "SELECT flags.command, chunks.id, chunks.note"
            " FROM flags JOIN chunks ON chunks.id = flags.chunk"
            " WHERE flags.flag = ? ORDER BY chunks.note, chunks.line_start, flags.command",
            (flag,),
        )
        return [
            FlagEntry(command=str(command), chunk=ChunkId(str(chunk)), note=NoteId(str(note)))
            for command, chunk, note in rows
        ]

    def command_chunks(self, command: str) -> list[Chunk]:
        """Return COMMAND chunks one of whose commands calls what begins with these words."""
        words = " ".join(command.split())
        # What starts with the words and a blank lies between `words + " "` and `words + "!"`.
        return self._select(
            f"WHERE id IN ({_COMMAND_CHUNKS}) {_BY_LINE}",
            (words, words + " ", words + "!"),
        )

    def notes(self) -> list[NoteSummary]:
        """Return all notes by path."""
        rows = self._database.read(
            "SELECT id, title, tags, chunks, size_bytes, mtime_ns FROM notes ORDER BY id"
        )
        return [_summary(row) for row in rows]

    def _select(self, where: str, values: Sequence[Value]) -> list[Chunk]:
        bodies = self._database.read_text(f"SELECT body FROM chunks {where}", values)  # noqa: S608
        return [_chunk(body) for body in bodies]


@lru_cache(maxsize=_REMEMBERED)
def _chunk(body: str) -> Chunk:
    """Return the chunk of a row; parsed once, so that what is worked out of its text is kept."""
    return chunk_from_json(body)


def _summary(row: Sequence[Value]) -> NoteSummary:
    id_, title, tags, chunks, size_bytes, mtime_ns = row
    return NoteSummary(
        id=NoteId(str(id_)),
        title=str(title),
        tags=tuple(json.loads(str(tags))),
        chunks=int(chunks or 0),
        size_bytes=int(size_bytes or 0),
        modified=int(mtime_ns or 0) / 1e9,
    )
