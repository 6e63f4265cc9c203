"""Where the vectors of an index lie: in its folder, or on a Chroma server."""

from __future__ import annotations

import logging
import re
import shutil
import uuid
from pathlib import Path
from typing import Final, Protocol

from kb.errors import IndexUnavailableError, VectorServerError
from kb.store.chroma import ChromaServer, ChromaStore, delete_collections

_log = logging.getLogger(__name__)

FOLDER_LABEL: Final = "folder"
_ID_FILE: Final = "vector-server-id"


class VectorPlace(Protocol):
    """Opens and drops the vectors of one index; an index may begin new ones under a new name."""

    @property
    def label(self) -> str:
        """Tells places apart: vectors that were left at another one are not looked for here."""

    def open(self, name: str) -> ChromaStore:
        """Open vectors, which are empty where there are none of that name.

        Raises:
            IndexUnavailableError: They are damaged.
            VectorServerError: The server is not there.
        """

    def drop(self, name: str) -> None:
        """Delete vectors that are not open; harmless where there are none."""


class FolderVectors:
    """Vectors in folders of the index.

    Args:
        folder: The index's folder.
        dimension: Length of the vectors.
    """

    label = FOLDER_LABEL

    def __init__(self, folder: Path, *, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension

    def open(self, name: str) -> ChromaStore:
        """Open the folder of that name."""
        return ChromaStore(self._folder / name, dimension=self._dimension)

    def drop(self, name: str) -> None:
        """Delete the folder of that name."""
        shutil.rmtree(self._folder / name, ignore_errors=True)


class ServerVectors:
    """Vectors in collections of a Chroma server, which other notes folders may use too.

    Args:
        server: The server.
        owner: The id of the state folder (`read_owner_id`).
        index: The name of the index's folder.
        dimension: Length of the vectors.
    """

    def __init__(self, server: ChromaServer, *, owner: str, index: str, dimension: int) -> None:
        self._server = server
        self._owner_prefix = f"kb-{owner}-"
        self._index = index
        self._dimension = dimension

    @property
    def label(self) -> str:
        """The server's address."""
        return self._server.url

    def open(self, name: str) -> ChromaStore:
        """Open the collection of that name."""
        collection = self._collection(name)
        return ChromaStore(self._server, dimension=self._dimension, collection=collection)

    def drop(self, name: str) -> None:
        """Delete the collection of that name; one that cannot be reached now goes later."""
        unwanted = self._collection(name)
        self._delete(lambda other: other == unwanted)

    def drop_others(self, name: str) -> None:
        """Delete all collections of this state folder but the one of that name."""
        kept = self._collection(name)
        self._delete(lambda other: other.startswith(self._owner_prefix) and other != kept)

    def _collection(self, name: str) -> str:
        return f"{self._owner_prefix}{self._index}-{name}"

    def _delete(self, is_unwanted: _NameTest) -> None:
        try:
            delete_collections(self._server, is_unwanted=is_unwanted)
        except VectorServerError as error:
            _log.warning("old vectors could not be deleted: %s", error)


class _NameTest(Protocol):
    def __call__(self, name: str, /) -> bool: ...


def read_owner_id(state: Path) -> str:
    """Return the id that names a state folder's collections, made at the first call.

    It is kept apart from the index, which may be deleted, so that no collection is orphaned.

    Raises:
        IndexUnavailableError: The file holds something else.
    """
    path = state / "durable" / _ID_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(uuid.uuid4().hex[:16] + "\n", encoding="ascii")
    owner = path.read_text(encoding="utf-8").strip()
    if not re.fullmatch(r"[0-9a-f]{16}", owner):
        raise IndexUnavailableError(
            f"{path} does not hold the id of this state folder",
            hint="delete the file: the vectors go to new collections of the Chroma server",
            code="state_damaged",
        )
    return owner
