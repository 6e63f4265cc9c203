"""The notes folder with its index, opened behind while the server answers already."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from ingest.markdown import title_of_file
from ingest.report import IndexStatus, SyncProgress, SyncReport
from ingest.storage_errors import as_told
from ingest.vault import NoteSource, Vault
from kb.errors import IndexUnavailableError, KbError
from kb.model import NoteId, NoteSummary
from kb.ports import Index
from kb.readers import borrowed

_LOADING = IndexStatus(state="indexing", message="the model and the index are being loaded")


class IndexPart(Protocol):
    """What is asked of `ingest.service.IndexService`."""

    @property
    def index(self) -> Index | None:
        """The index to answer from; None before the first one is built."""

    @property
    def status(self) -> IndexStatus:
        """How the index is."""

    def sync(
        self,
        on_progress: Callable[[SyncProgress], None] = ...,
        cancelled: Callable[[], bool] = ...,
    ) -> SyncReport:
        """Make the index follow the notes."""

    def close(self) -> None:
        """Give back files and threads."""


class NotesLibrary:
    """Opens an index on first use and keeps it; safe to use from any thread.

    Args:
        vault: The notes folder.
        open_index: Loads the model and opens the index; takes seconds.
    """

    def __init__(self, vault: Vault, open_index: Callable[[], IndexPart]) -> None:
        self._vault = vault
        self._open_index = open_index
        self._opening = threading.Lock()
        self._closed = False
        self._part: IndexPart | None = None
        self._problem: KbError | None = None

    @property
    def index(self) -> Index | None:
        """The index to answer from; None while there is none."""
        part = self._part
        return None if part is None else part.index

    def require_index(self) -> Index | None:
        """Return the index to answer from; None while there is none yet.

        Raises:
            KbError: It could not be opened or built; the error says why.
        """
        index, problem = self.index, self._problem
        if index is None and problem is not None:
            raise problem.with_traceback(None)
        return index

    @property
    def status(self) -> IndexStatus:
        """How the index is; never waits."""
        part, problem = self._part, self._problem
        if part is not None:
            return part.status
        if problem is not None:
            hint = f"; {problem.hint}" if problem.hint else ""
            message, code = problem.message + hint, problem.code
            return IndexStatus(state="degraded", message=message, code=code)
        return _LOADING

    def notes(self) -> list[NoteSummary]:
        """Return the notes by path: as indexed, or as they lie in the folder before that."""
        with borrowed(lambda: self.index) as index:
            if index is not None:
                return index.catalog.notes()
        return [
            NoteSummary(
                id=file.id,
                title=title_of_file(file.id),
                size_bytes=file.size_bytes,
                modified=file.mtime_ns / 1e9,
            )
            for file in self._vault.scan().files
        ]

    def title(self, note: NoteId) -> str:
        """Return a note's title as indexed; before that the one of its file's name."""
        with borrowed(lambda: self.index) as index:
            if index is None:
                return title_of_file(note)
            if chunks := index.catalog.chunks_of(note):
                return chunks[0].title
            titles = (each.title for each in index.catalog.notes() if each.id == note)
            return next(titles, title_of_file(note))

    def read(self, note: NoteId) -> str:
        """Return the decoded source of a note as it is now; raises as `load` does."""
        return self.load(note).text

    def load(self, note: NoteId) -> NoteSource:
        """Return a note as it is now, its text and the digest of its bytes from one reading.

        Raises:
            NotFoundError: There is no such note.
            VaultError: It cannot be read.
        """
        return self._vault.load(note)

    def sync(
        self, on_progress: Callable[[SyncProgress], None], cancelled: Callable[[], bool]
    ) -> SyncReport:
        """Make the index follow the notes folder, opening it first where it is not.

        Raises:
            ModelError: The model cannot be loaded.
            IndexUnavailableError: The index cannot be opened.
            VaultError: The folder cannot be read.
        """
        part = self.open()
        with self._remembering_problems():
            return part.sync(on_progress, cancelled)

    def open(self) -> IndexPart:
        """Open the index, unless it is open.

        Raises:
            ModelError: The model cannot be loaded.
            IndexUnavailableError: The index cannot be opened, or was given back.
        """
        with self._opening:
            if self._closed:
                raise IndexUnavailableError("the index is closed", hint="start the server again")
            if self._part is None:
                with self._remembering_problems():
                    self._part = self._open_index()
            return self._part

    def close(self) -> None:
        """Give the index back for good."""
        with self._opening:
            self._closed = True
            part, self._part = self._part, None
        if part is not None:
            part.close()

    @contextlib.contextmanager
    def _remembering_problems(self) -> Iterator[None]:
        """Keep the error of the block, to be told until the block succeeds."""
        try:
            yield
        except Exception as error:
            self._problem = error if isinstance(error, KbError) else as_told(error)
            raise
        self._problem = None
