"""The SQLite file under the catalogue and the manifest: one writer, one reader, any thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

Value: TypeAlias = "str | int | bytes | None"

MAX_VARIABLES: Final = 500
"""Values in one statement; SQLite's own limit is higher, but depends on how it was built."""


class Database:
    """A SQLite file in WAL mode. Reads go on while a transaction is being written.

    Args:
        path: The file; it and its folder are made where they are missing.
        schema: Statements that make what is not there yet.
        mapped_bytes: How much of the file is read as memory: rows of some kilobytes at random
            places then come three times as fast.
    """

    def __init__(self, path: Path, schema: str, *, mapped_bytes: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        with ExitStack() as opened:
            self._writer = opened.enter_context(closing(_connect(path)))
            self._writer.executescript(schema)
            self._reader = opened.enter_context(closing(_connect(path)))
            self._reader.execute(f"PRAGMA mmap_size = {mapped_bytes}")
            opened.pop_all()

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """Return all rows of a query."""
        with self._reading:
            return self._reader.execute(sql, values).fetchall()

    def read_text(self, sql: str, values: Sequence[Value] = ()) -> list[str]:
        """Return the first column of a query's rows, which is text."""
        return [str(row[0]) for row in self.read(sql, values)]

    def read_number(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Return the one number that a query gives."""
        value = self.read(sql, values)[0][0]
        return int(value or 0)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; on disk when the block is left."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.commit()

    def close(self) -> None:
        """Close the file."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30.0)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL, since the journal must be on disk before the vectors are touched.
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file is damaged, not that it cannot be had or written."""
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    is_broken = primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return is_broken or "unsupported file format" in str(error)


def batched(values: Sequence[str], size: int = MAX_VARIABLES) -> Iterator[Sequence[str]]:
    """Yield the values in groups that one statement takes."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(count: int) -> str:
    """Return `?,?,…` for so many values."""
    return ",".join("?" * count)
