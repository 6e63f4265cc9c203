"""The SQLite file of what must be kept: conversations, answers, feedback, offered commands."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from kb.errors import IndexUnavailableError
from server.storage import StorageError

_MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        created REAL NOT NULL,
        updated REAL NOT NULL
    );
    CREATE TABLE answer (
        id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        asked REAL NOT NULL,
        body TEXT NOT NULL,
        rating TEXT,
        comment TEXT NOT NULL DEFAULT '',
        UNIQUE (conversation_id, position)
    );
    CREATE TABLE offered_command (
        id TEXT PRIMARY KEY,
        text TEXT NOT NULL,
        note TEXT NOT NULL,
        line_start INTEGER NOT NULL,
        line_end INTEGER NOT NULL,
        source TEXT NOT NULL,
        language TEXT NOT NULL,
        offered REAL NOT NULL
    );
    CREATE INDEX conversation_by_use ON conversation (updated DESC);
    """,
)
"""Statement groups in order; `PRAGMA user_version` says how many have been applied."""


class Database:
    """Two connections, each used by one thread at a time: one for all, one for long searches.

    Args:
        path: The file; made where it is missing.

    Raises:
        IndexUnavailableError: The file cannot be opened, or a newer version made it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._search_lock = threading.Lock()
        with contextlib.ExitStack() as opened, _telling_why_not_opened(path):
            self._connection = opened.enter_context(_connected(path))
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate(path)
            self._searcher = opened.enter_context(_connected(path))
            self._searcher.execute("PRAGMA query_only = ON")
            opened.pop_all()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block in one transaction: all of it is kept, or nothing.

        Raises:
            StorageError: The disk is full, or the file cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError):
                    raise StorageError(
                        f"the conversations cannot be written: {error}",
                        hint="make room on the disk of the state folder",
                    ) from error
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Use the connection for reading.

        Raises:
            StorageError: The file cannot be read.
        """
        with self._lock, _telling_why_not_read():
            yield self._connection

    @contextlib.contextmanager
    def searching(self) -> Iterator[sqlite3.Connection]:
        """Use a connection for what takes long to read; meanwhile others read and write.

        Raises:
            StorageError: The file cannot be read.
        """
        with self._search_lock, _telling_why_not_read():
            yield self._searcher

    def close(self) -> None:
        """Close the file."""
        with self._search_lock:
            self._searcher.close()
        with self._lock:
            self._connection.close()

    def _migrate(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise IndexUnavailableError(
                f"{path} was made by a newer version of kb",
                hint="install that version, or give another folder with --state",
                code="state_too_new",
            )
        for number, statements in enumerate(_MIGRATIONS[version:], start=version + 1):
            self._connection.executescript(
                f"BEGIN; {statements}; PRAGMA user_version = {number}; COMMIT;"
            )


def _connected(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, check_same_thread=False, isolation_level=None))


@contextlib.contextmanager
def _telling_why_not_opened(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexUnavailableError(
            f"cannot open {path}: {error}", hint=_open_hint(error), code="state_unreadable"
        ) from error


@contextlib.contextmanager
def _telling_why_not_read() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"the conversations cannot be read: {error}",
            hint="look at the disk of the state folder, and start the server again",
            code="state_unreadable",
        ) from error


def _open_hint(error: sqlite3.DatabaseError) -> str:
    """Return what to do about a file that cannot be opened: it may be the disk that is at fault."""
    if isinstance(error, sqlite3.OperationalError):
        return "check that the disk has room and that the state folder can be written"
    return "move the file away to start without the old conversations"
