"""Vectors by the text they were made from, so that no text goes through the model twice.

It outlives the indexes: a renamed note, an edited neighbour, a new chunker or a damaged vector
index cost no embedding. Vectors are keyed by a hash of the text and kept per model. The vectors of
a text's tokens are kept here alone, each number in a byte: that is exact to a hundredth.

A damaged file, whenever it shows, is begun afresh: the next sync embeds what it has lost.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from kb.ports import Embedding, FloatArray, KeptEmbedding, TokenArray
from kb.store.database import Database, Value, batched, is_damage, marks

_STEPS: Final = 127
_MAPPED_BYTES: Final = 2**31 - 2**16
"""All that SQLite maps at the most."""
_NO_TOKENS: Final[TokenArray] = np.zeros((0, 0), dtype=np.int8)
_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS vectors (
    key TEXT PRIMARY KEY, vector BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    key TEXT PRIMARY KEY, count INTEGER NOT NULL, vectors BLOB NOT NULL
);
"""


def embedding_key(text: str) -> str:
    """Return the key of a text's vector."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


class EmbeddingCache:
    """Vectors of one model on disk.

    Args:
        path: The file; made where it is missing.
        dimension: Length of a vector.
    """

    def __init__(self, path: Path, *, dimension: int) -> None:
        self._path = path
        self._database = _open(path)
        self._dimension = dimension
        self._replacing = threading.Lock()

    def get(self, keys: Sequence[str]) -> Mapping[str, FloatArray]:
        """Return the known vectors, by key."""
        found: dict[str, FloatArray] = {}
        for batch in batched(keys):
            rows = self._read(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks(len(batch))})",  # noqa: S608
                batch,
            )
            for key, blob in rows:
                vector = self._vector(blob)
                if vector is not None:
                    found[str(key)] = vector
        return found

    def read(self, keys: Sequence[str]) -> Mapping[str, KeptEmbedding]:
        """Return the known vectors with those of their tokens, by key."""
        found: dict[str, KeptEmbedding] = {}
        for batch in batched(keys):
            rows = self._read(
                "SELECT key, vector, count, vectors FROM vectors LEFT JOIN tokens USING (key)"  # noqa: S608
                f" WHERE key IN ({marks(len(batch))})",
                batch,
            )
            for key, blob, count, tokens in rows:
                vector = self._vector(blob)
                if vector is not None:
                    found[str(key)] = KeptEmbedding(vector, _tokens(count, tokens))
        return found

    def put(self, embeddings: Iterable[tuple[str, Embedding]]) -> None:
        """Keep what a model made of texts, by key; it is on disk when it returns."""
        given = list(embeddings)
        vectors = [(key, one.vector.astype("<f4").tobytes()) for key, one in given]
        tokens = [
            (key, len(one.tokens), np.rint(one.tokens * _STEPS).astype(np.int8).tobytes())
            for key, one in given
            if one.tokens.size
        ]
        self._write(
            ("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors),
            ("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", tokens),
        )

    def count(self) -> int:
        """Return the number of vectors."""
        return self._use(lambda database: database.read_number("SELECT COUNT(*) FROM vectors"))

    def keep_only(self, keys: set[str]) -> int:
        """Forget all other vectors, so that deleted text leaves nothing; returns how many."""
        known = self._use(lambda database: database.read_text("SELECT key FROM vectors"))
        unused: list[tuple[Value, ...]] = [(key,) for key in sorted(set(known) - keys)]
        self._write(
            ("DELETE FROM vectors WHERE key = ?", unused),
            ("DELETE FROM tokens WHERE key = ?", unused),
        )
        return len(unused)

    def _vector(self, blob: object) -> FloatArray | None:
        if not isinstance(blob, bytes):
            return None
        vector = np.frombuffer(blob, dtype="<f4")
        return vector.astype(np.float32, copy=False) if len(vector) == self._dimension else None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _read(self, sql: str, values: Sequence[Value]) -> list[tuple[Value, ...]]:
        return self._use(lambda database: database.read(sql, values))

    def _write(self, *statements: tuple[str, Sequence[tuple[Value, ...]]]) -> None:
        def write(database: Database) -> None:
            with database.transaction() as connection:
                for sql, rows in statements:
                    connection.executemany(sql, rows)

        self._use(write)

    def _use(self, work: Callable[[Database], _Result]) -> _Result:
        """Do something with the file; where it shows that it is damaged, with an empty one."""
        database = self._database
        try:
            return work(database)
        except sqlite3.Error as error:
            self._replace(database, error)
        return work(self._database)

    def _replace(self, used: Database, error: sqlite3.Error) -> None:
        with self._replacing:
            if self._database is not used:
                return  # another thread has met the damage, and closed it under this one's hands
            if not is_damage(error):
                raise error
            used.close()
            self._database = _begin_afresh(self._path, error)


def _tokens(count: object, blob: object) -> TokenArray:
    if not isinstance(blob, bytes) or not isinstance(count, int):
        return _NO_TOKENS
    return np.frombuffer(blob, dtype=np.int8).reshape(count, -1)


def _open(path: Path) -> Database:
    """Open the file; a damaged one is begun afresh, since it is a cache."""
    try:
        return Database(path, _SCHEMA, mapped_bytes=_MAPPED_BYTES)
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return _begin_afresh(path, error)


def _begin_afresh(path: Path, error: sqlite3.Error) -> Database:
    _log.warning("the known vectors in %s cannot be read (%s); begun afresh", path, error)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    return Database(path, _SCHEMA, mapped_bytes=_MAPPED_BYTES)
