"""The index of one notes folder, as servers and commands use it."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ingest.index_files import IndexFiles, index_fingerprint
from ingest.models.kept_vectors import kept_vectors, open_cache
from ingest.report import IndexStatus, SyncProgress, SyncReport
from ingest.storage_errors import as_told, as_unwritable
from ingest.sync import ProgressListener, apply_sync
from ingest.vault import Vault
from ingest.vector_places import FolderVectors, ServerVectors, VectorPlace, read_owner_id
from kb.errors import (
    IndexUnavailableError,
    KbError,
    StateLockedError,
    VaultError,
    VectorServerError,
)
from kb.model import NoteWarning
from kb.ports import Embedder, FloatArray, Index
from kb.readers import borrowed
from kb.store.chroma import ChromaServer
from kb.store.embeddings import EmbeddingCache

__all__ = ["IndexService", "IndexStatus", "SyncProgress", "SyncReport"]

_log = logging.getLogger(__name__)
_LOCK: Final = "lock"
_OWNER: Final = "lock.owner"


class IndexService:
    """Keeps the index of a notes folder: opens, repairs and syncs it, and swaps it when it must be.

    One process owns the state folder. `index` may be read from any thread at any time; a sync
    changes it in place, and a new fingerprint (another model, another chunker) builds a new one
    beside it and swaps.

    Args:
        notes: The notes folder.
        state: Where the index is kept, in the folder `index` (all of it may be deleted).
        embedder: The model, or what makes it; called in `open`.
        chroma: The Chroma server that keeps the vectors; None keeps them in the state folder.

    Raises:
        VaultError: There is no such notes folder.
    """

    def __init__(
        self,
        *,
        notes: Path,
        state: Path,
        embedder: Embedder | Callable[[], Embedder],
        chroma: ChromaServer | None = None,
    ) -> None:
        self.vault = Vault(notes)
        self._state = state
        self._chroma = chroma
        self._given = embedder
        self._lock = FileLock(state / _LOCK, timeout=0, thread_local=False)
        self._syncing = threading.Lock()
        self._embedder: Embedder | None = None
        self._cache: EmbeddingCache | None = None
        self._fingerprint = ""
        self._current: IndexFiles | None = None
        self._index: Index | None = None
        self._retired: list[IndexFiles] = []
        self._last: SyncReport | None = None
        self._trouble: KbError | None = None

    # --- life -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Take the state folder, load the index that is there, and repair it after a crash.

        Raises:
            StateLockedError: Another process owns the state folder.
            ModelError: The embedding model is not there.
            IndexUnavailableError: The state folder cannot be written.
            VectorServerError: The Chroma server is not there.
        """
        self._take_lock()
        try:
            given = self._given
            self._embedder = given() if callable(given) else given
            self._fingerprint = index_fingerprint(self._embedder)
            self._cache = open_cache(self._state / "index" / "embeddings", self._embedder)
            self._current = self._open_best()
            if self._current is not None:
                self._index = self._current.as_index(self._current.folder.name)
        except BaseException as error:
            self.close()
            told = as_unwritable(error, self._state)
            if told is not None:
                raise told from error
            raise

    def close(self) -> None:
        """Close the index and give the state folder back; waits for a running sync."""
        with self._syncing:
            self._index = None
            if self._current is not None:
                self._current.close()
            self._current = None
            if self._cache is not None:
                self._cache.close()
            self._cache = None
            (self._state / _OWNER).unlink(missing_ok=True)
            self._lock.release()

    # --- use ------------------------------------------------------------------------------------

    @property
    def index(self) -> Index | None:
        """The index to answer from; None until the first one is complete."""
        return self._index

    @property
    def status(self) -> IndexStatus:
        """The state of the index.

        `indexing` while there is none yet, `degraded` while an outdated one answers, or where one
        could not be built or a note not be read, else `ok`.
        """
        with borrowed(lambda: self._current) as current:
            return self._status_of(current)

    def _status_of(self, current: IndexFiles | None) -> IndexStatus:
        model = self._embedder.name if self._embedder else ""
        if current is None or self._index is None:
            if self._trouble:
                message, code = self._trouble.message, self._trouble.code
                return IndexStatus(state="degraded", model=model, message=message, code=code)
            message = "the first index is being built"
            return IndexStatus(state="indexing", model=model, message=message)
        totals = current.manifest.totals()
        problem = self._problem(current)
        return IndexStatus(
            state="degraded" if problem else "ok",
            notes=totals.notes,
            chunks=totals.chunks,
            fingerprint=current.folder.name,
            model=model,
            message=problem.message if problem else "",
            code=problem.code if problem else "",
            is_rebuilding=self._is_rebuilding(current),
            warnings=self._warnings(current),
        )

    def sync(
        self,
        on_progress: ProgressListener = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> SyncReport:
        """Bring the index in line with the notes; one sync at a time, questions go on meanwhile.

        Args:
            on_progress: Is told how far it has come, in the calling thread.
            cancelled: Is asked between batches; the index stays whole when it says yes.

        Raises:
            VaultError: The notes folder is gone; the index stays as it was.
            IndexUnavailableError: The service is not open, or the disk is full.
            VectorServerError: The Chroma server went away; the next sync goes on.
        """
        with self._syncing:
            self._drop_outdated()
            try:
                report = self._sync(on_progress, cancelled)
            except Exception as error:
                told = as_unwritable(error, self._state)
                # Not the error itself, which holds all that its frames held.
                self._trouble = as_told(told or error)
                if told is not None:
                    raise told from error
                raise
            self._trouble = None
            self._last = report
            return report

    # --- the sync -------------------------------------------------------------------------------

    def _sync(self, on_progress: ProgressListener, cancelled: Callable[[], bool]) -> SyncReport:
        embedder, cache = self._embedder, self._cache
        if embedder is None or cache is None:
            raise IndexUnavailableError("the index is not open", hint="call open() first")
        target = self._current
        is_new = target is None or target.folder.name != self._fingerprint
        if target is None or is_new:
            target = self._open_index(self._fingerprint)
        elif target.repair():
            # Vectors that were filled again are others.
            self._index = target.as_index(self._fingerprint)
            target.close_replaced()
        try:
            report = apply_sync(
                target, self.vault, cache, on_progress=on_progress, cancelled=cancelled
            )
            if not report.cancelled:
                target.mark_complete()
        except BaseException:
            if is_new:
                target.close()
            raise
        if is_new:
            self._swap_in(target, is_complete=not report.cancelled)
        return report

    def _swap_in(self, built: IndexFiles, *, is_complete: bool) -> None:
        if not is_complete:
            built.close()
            return
        old = self._current
        self._current = built
        self._index = built.as_index(self._fingerprint)
        if old is not None:
            self._retired.append(old)
            old.retire()

    def _drop_outdated(self) -> None:
        """Delete the files of other indexes, and their vectors, unless a question reads some."""
        self._retired = [old for old in self._retired if old.readers.is_awaited]
        current = self._current
        if current is None or current.folder.name != self._fingerprint:
            return
        if self._retired or current.readers.is_awaited:
            return
        for folder in self._index_folders():
            if folder.name != self._fingerprint:
                shutil.rmtree(folder, ignore_errors=True)
        place = self._place_of(self._fingerprint)
        if isinstance(place, ServerVectors):
            place.drop_others(current.vectors_name)

    # --- files ----------------------------------------------------------------------------------

    def _take_lock(self) -> None:
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._lock.acquire()
        except Timeout as error:
            owner = _read_owner(self._state / _OWNER)
            raise StateLockedError(
                f"the state folder {self._state} is in use by {owner}",
                hint="stop that process, or give another folder by --state",
            ) from error
        (self._state / _OWNER).write_text(str(os.getpid()), encoding="utf-8")

    def vectors_of(self, texts: Sequence[str]) -> list[FloatArray]:
        """Return the model's vectors of texts that are no notes'; they are kept with the index.

        Raises:
            IndexUnavailableError: The service is not open.
        """
        if self._embedder is None:
            raise IndexUnavailableError("the index is not open", hint="call open() first")
        return kept_vectors(self._state / "index" / "texts", self._embedder, texts)

    def _open_best(self) -> IndexFiles | None:
        """Open the index that fits, else another complete one; None where there is none."""
        names = [folder.name for folder in self._index_folders()]
        for name in sorted(names, key=lambda name: name != self._fingerprint):
            try:
                opened = self._open_index(name)
            except VectorServerError:
                # The index is not at fault, and the server may come back.
                raise
            except Exception as error:
                told = as_unwritable(error, self._state)
                if told is not None:
                    # The index may be sound, and a new one could not be written either.
                    raise told from error
                _log.warning(
                    "the index %s cannot be opened; it is built again", name, exc_info=True
                )
                shutil.rmtree(self._folder_of(name), ignore_errors=True)
                continue
            if opened.is_complete:
                return opened
            opened.close()
        return None

    def _open_index(self, name: str) -> IndexFiles:
        if self._embedder is None or self._cache is None:
            raise IndexUnavailableError("the index is not open", hint="call open() first")
        opened = IndexFiles(
            self._folder_of(name),
            embedder=self._embedder,
            cache=self._cache,
            place=self._place_of(name),
        )
        try:
            if opened.has_vectors:
                opened.repair()
                opened.close_replaced()
        except BaseException:
            opened.close()
            raise
        return opened

    def _place_of(self, name: str) -> VectorPlace:
        if self._embedder is None:
            raise IndexUnavailableError("the index is not open", hint="call open() first")
        dimension = self._embedder.dimension
        if self._chroma is None:
            return FolderVectors(self._folder_of(name), dimension=dimension)
        owner = read_owner_id(self._state)
        return ServerVectors(self._chroma, owner=owner, index=name, dimension=dimension)

    def _folder_of(self, name: str) -> Path:
        return self._state / "index" / name

    def _index_folders(self) -> list[Path]:
        catalogs = (self._state / "index").glob("*/catalog.sqlite3")
        folders = [(catalog.stat().st_mtime_ns, catalog.parent) for catalog in catalogs]
        return [folder for _, folder in sorted(folders, reverse=True)]

    # --- telling --------------------------------------------------------------------------------

    def _problem(self, current: IndexFiles) -> KbError | None:
        if self._trouble:
            return self._trouble
        if current.trouble:
            return VectorServerError(current.trouble)
        if self._is_rebuilding(current):
            how = "the old one answers" if current.has_vectors else "words alone are searched"
            message = f"the index is being rebuilt; until then {how}"
            return IndexUnavailableError(message, code="index_rebuilding")
        failed = self._last.failed if self._last else ()
        if failed:
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            return VaultError(f"{failed[0]}{more} could not be read", code="notes_unread")
        return None

    def _is_rebuilding(self, current: IndexFiles) -> bool:
        has_trouble = bool(self._trouble or current.trouble)
        return current.folder.name != self._fingerprint and not has_trouble

    def _warnings(self, current: IndexFiles) -> tuple[NoteWarning, ...]:
        kept = current.manifest.warnings()
        latest = self._last.warnings if self._last else ()
        return tuple(dict.fromkeys((*kept, *latest)))


def _read_owner(path: Path) -> str:
    try:
        return f"process {int(path.read_text(encoding='utf-8'))}"
    except (OSError, ValueError):
        return "another process"
