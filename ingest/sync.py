"""Bringing an index in line with the notes folder: a plan, and carrying it out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.chunks.chunking import chunk_note
from ingest.index_files import IndexFiles
from ingest.markdown import parse_note
from ingest.report import SyncProgress, SyncReport
from ingest.vault import NoteSource, Vault, VaultFile
from kb.errors import NotFoundError, VaultError
from kb.model import Chunk, ChunkId, NoteId, NoteWarning
from kb.store.embeddings import EmbeddingCache, embedding_key
from kb.store.manifest import IndexedChunk, NoteChange, NoteRecord

_BATCH_FILES: Final = 64
_BATCH_CHUNKS: Final = 512
"""A batch of notes ends with the note that brings it to so many chunks."""
_CLOCK_GRAIN_NS: Final = 2_000_000_000
"""A file changed so shortly before it was read may have changed again within the same time stamp
(the file system's grain is up to two seconds), so its bytes are compared."""

ProgressListener = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """Which files a sync has to look at."""

    read: tuple[VaultFile, ...] = ()
    """New files, and files that may have changed."""
    removed: tuple[NoteId, ...] = ()
    unchanged: int = 0


def plan_sync(files: Iterable[VaultFile], records: Mapping[NoteId, NoteRecord]) -> SyncPlan:
    """Compare the files of a folder with the manifest. Pure.

    A file counts as unchanged when size and time are those of record, unless it was read so soon
    after its last change that a later one could have left them the same.
    """
    found = {file.id: file for file in files}
    read = tuple(
        file for _, file in sorted(found.items()) if not _is_unchanged(file, records.get(file.id))
    )
    removed = tuple(sorted(note for note in records if note not in found))
    return SyncPlan(read=read, removed=removed, unchanged=len(found) - len(read))


def _is_unchanged(file: VaultFile, record: NoteRecord | None) -> bool:
    return (
        record is not None
        and (file.size_bytes, file.mtime_ns) == (record.size_bytes, record.mtime_ns)
        and file.mtime_ns + _CLOCK_GRAIN_NS < record.read_ns
    )


def apply_sync(
    index: IndexFiles,
    vault: Vault,
    cache: EmbeddingCache,
    *,
    on_progress: ProgressListener = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Bring an index in line with a folder.

    Batch by batch, so that questions are answered meanwhile and an interruption loses little.

    Raises:
        VaultError: The folder is gone; the index stays as it was.
    """
    return _Sync(index, vault, cache, on_progress, cancelled).run()


@dataclass(slots=True)
class _Batch:
    """What one change of the index is made of."""

    changes: list[NoteChange] = field(default_factory=list)
    touched: list[NoteRecord] = field(default_factory=list)
    notes: list[tuple[NoteRecord, list[Chunk]]] = field(default_factory=list)
    chunks: int = 0

    @property
    def is_full(self) -> bool:
        return self.chunks >= _BATCH_CHUNKS or len(self.notes) + len(self.touched) >= _BATCH_FILES


class _Sync:
    """One run; counts as it goes."""

    def __init__(
        self,
        index: IndexFiles,
        vault: Vault,
        cache: EmbeddingCache,
        on_progress: ProgressListener,
        cancelled: Callable[[], bool],
    ) -> None:
        self._index = index
        self._vault = vault
        self._cache = cache
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._started = time.monotonic()
        self._progress = SyncProgress(phase="scan")
        self._records: Mapping[NoteId, NoteRecord] = {}
        self._added: list[NoteRecord] = []
        self._changed: list[NoteId] = []
        self._failed: list[NoteId] = []
        self._gone: list[NoteId] = []
        self._warnings: list[NoteWarning] = []
        self._was_stopped = False

    def run(self) -> SyncReport:
        self._tell()
        scan = self._vault.scan()
        self._warnings += scan.warnings
        self._records = self._index.manifest.records()
        plan = plan_sync(scan.files, self._records)
        self._tell(phase="index", files_total=len(plan.read))
        for batch in self._batches(plan.read):
            if not self._index_batch(batch):
                self._was_stopped = True
                break
        removed = () if self._was_stopped else self._remove(plan.removed)
        if removed or self._changed or self._added:
            self._forget_unused_vectors()
        self._tell(phase="done")
        return self._report(plan, removed)

    # --- reading --------------------------------------------------------------------------------

    def _batches(self, files: Sequence[VaultFile]) -> Iterator[_Batch]:
        batch = _Batch()
        for file in files:
            if self._cancelled():
                self._was_stopped = True
                return
            self._read_into(batch, file)
            done = self._progress.files_done + 1
            total = self._progress.chunks_total
            self._tell(files_done=done, current=file.id, chunks_total=total)
            if batch.is_full:
                yield batch
                batch = _Batch()
        yield batch

    def _read_into(self, batch: _Batch, file: VaultFile) -> None:
        read_ns = time.time_ns()
        try:
            source = self._vault.load(file.id)
        except (VaultError, NotFoundError) as error:
            if _tells_of_absence(error):
                self._gone.append(file.id)
                return
            self._failed.append(file.id)
            self._warnings.append(
                NoteWarning(
                    note=file.id, line=0, message=error.message, hint=error.hint, code=error.code
                )
            )
            return
        old = self._records.get(file.id)
        if old is not None and old.sha256 == source.sha256:
            batch.touched.append(_restamped(old, source, read_ns))
            return
        note = parse_note(file.id, source.text, encoding=source.encoding, warnings=source.warnings)
        record = NoteRecord(
            id=file.id,
            title=note.title,
            tags=note.tags,
            size_bytes=source.file.size_bytes,
            mtime_ns=source.file.mtime_ns,
            read_ns=read_ns,
            sha256=source.sha256,
            warnings=note.warnings,
        )
        chunks = chunk_note(note)
        batch.notes.append((record, chunks))
        batch.chunks += len(chunks)
        self._warnings += note.warnings
        self._progress = replace(
            self._progress, chunks_total=self._progress.chunks_total + len(chunks)
        )

    # --- writing --------------------------------------------------------------------------------

    def _index_batch(self, batch: _Batch) -> bool:
        """Put a batch into the index; False where it was stopped before that."""
        fresh: list[IndexedChunk] = []
        gone: list[ChunkId] = []
        texts: dict[str, str] = {}
        for record, chunks in batch.notes:
            known = self._known_chunks(record.id)
            indexed = [self._with_keys(chunk, known, texts) for chunk in chunks]
            batch.changes.append(NoteChange(record=record, chunks=tuple(indexed)))
            fresh += [one for one in indexed if not _is_known(one.chunk, known)]
            gone += sorted(set(known) - {chunk.id for chunk in chunks})
        if not self._embed(texts):
            return False
        self._index.change(changes=batch.changes, fresh=fresh, gone=gone, touched=batch.touched)
        for record, _ in batch.notes:
            if record.id in self._records:
                self._changed.append(record.id)
            else:
                self._added.append(record)
        self._tell(chunks_done=self._progress.chunks_done + batch.chunks)
        return True

    def _known_chunks(self, note: NoteId) -> dict[ChunkId, IndexedChunk]:
        if note not in self._records:
            return {}
        keys = self._index.manifest.keys_of(note)
        return {
            chunk.id: IndexedChunk(chunk=chunk, keys=keys[chunk.id])
            for chunk in self._index.catalog.chunks_of(note)
        }

    def _with_keys(
        self, chunk: Chunk, known: Mapping[ChunkId, IndexedChunk], texts: dict[str, str]
    ) -> IndexedChunk:
        """Give a chunk the keys of its vectors; new texts are put into `texts`."""
        old = known.get(chunk.id)
        if old is not None and old.chunk.context == chunk.context:
            return IndexedChunk(chunk=chunk, keys=old.keys)
        windows = {embedding_key(text): text for text in self._index.windows_of(chunk)}
        texts.update(windows)
        return IndexedChunk(chunk=chunk, keys=tuple(windows))

    def _embed(self, texts: Mapping[str, str]) -> bool:
        known = self._cache.get(list(texts))
        self._tell(reused=self._progress.reused + len(known))
        return self._index.embed(
            [text for key, text in texts.items() if key not in known],
            on_batch=lambda count: self._tell(embedded=self._progress.embedded + count),
            cancelled=self._cancelled,
        )

    def _remove(self, gone: Sequence[NoteId]) -> tuple[NoteId, ...]:
        """Take notes out that are gone, were before they could be read, or cannot be read."""
        unread = [note for note in (*self._gone, *self._failed) if note in self._records]
        removed = [*gone, *unread]
        for start in range(0, len(removed), _BATCH_FILES):
            notes = removed[start : start + _BATCH_FILES]
            chunks = [id_ for note in notes for id_ in self._index.manifest.keys_of(note)]
            self._index.change(removed=notes, gone=chunks)
        return tuple(removed)

    def _forget_unused_vectors(self) -> None:
        used = self._index.manifest.used_keys()
        if not self._was_stopped and self._cache.count() > len(used):
            self._cache.keep_only(used)

    # --- telling --------------------------------------------------------------------------------

    def _tell(self, **changes: object) -> None:
        elapsed = time.monotonic() - self._started
        self._progress = replace(self._progress, duration_s=elapsed, **changes)  # type: ignore[arg-type]
        self._on_progress(self._progress)

    def _report(self, plan: SyncPlan, removed: Sequence[NoteId]) -> SyncReport:
        renamed = _renames(self._added, [self._records[note] for note in removed])
        totals = self._index.manifest.totals()
        old_names, new_names = {old for old, _ in renamed}, {new for _, new in renamed}
        touched = self._progress.files_done - len(self._added) - len(self._changed)
        return SyncReport(
            added=tuple(note.id for note in self._added if note.id not in new_names),
            changed=tuple(self._changed),
            removed=tuple(note for note in sorted(removed) if note not in old_names),
            renamed=renamed,
            unchanged=plan.unchanged + max(0, touched - len(self._failed) - len(self._gone)),
            failed=tuple(self._failed),
            notes=totals.notes,
            chunks=totals.chunks,
            kinds=self._index.manifest.kinds(),
            embedded=self._progress.embedded,
            reused=self._progress.reused,
            warnings=tuple(self._warnings),
            duration_s=time.monotonic() - self._started,
            cancelled=self._was_stopped,
        )


def _tells_of_absence(error: VaultError | NotFoundError) -> bool:
    """Tell whether a file that the walk saw was deleted or renamed before it could be read."""
    return isinstance(error, NotFoundError) or isinstance(error.__cause__, FileNotFoundError)


def _restamped(record: NoteRecord, source: NoteSource, read_ns: int) -> NoteRecord:
    return replace(
        record,
        size_bytes=source.file.size_bytes,
        mtime_ns=source.file.mtime_ns,
        read_ns=read_ns,
    )


def _is_known(chunk: Chunk, known: Mapping[ChunkId, IndexedChunk]) -> bool:
    """Tell whether vectors and lexical index hold the chunk as it is; its lines may be others."""
    old = known.get(chunk.id)
    return old is not None and _searched(old.chunk) == _searched(chunk)


def _searched(chunk: Chunk) -> tuple[object, ...]:
    names = (chunk.title, chunk.aliases, chunk.heading_trail, chunk.tags)
    return (chunk.text, chunk.context, chunk.commands, *names)


def _renames(
    added: Iterable[NoteRecord], removed: Iterable[NoteRecord]
) -> tuple[tuple[NoteId, NoteId], ...]:
    """Pair removed with added notes of the same bytes."""
    by_content: dict[str, list[NoteId]] = defaultdict(list)
    for record in removed:
        by_content[record.sha256].append(record.id)
    return tuple(
        (by_content[record.sha256].pop(0), record.id)
        for record in added
        if by_content.get(record.sha256) and record.size_bytes
    )
