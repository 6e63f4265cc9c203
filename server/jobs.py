"""Ingest jobs: one sync at a time, watched by any number of readers."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from ingest.report import SyncProgress, SyncReport
from ingest.storage_errors import as_told
from kb.errors import KbError, NotFoundError, VectorServerError
from server.feed import Feed
from server.ports import Library

_log = logging.getLogger("kb.ingest")

JobState = Literal["running", "done", "failed", "cancelled"]
_KEPT_JOBS = 50
_RETRY_S = 10.0
"""So long after a job that found no Chroma server the next one looks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestJob:
    """A job as it is at one moment."""

    id: str
    state: JobState = "running"
    progress: SyncProgress = field(default_factory=lambda: SyncProgress(phase="scan"))
    report: SyncReport | None = None
    """What it did, once it is done."""
    error: KbError | None = None
    """Why it failed, where it did."""


class IngestJobs:
    """Starts syncs in the background; safe to use from any thread.

    Args:
        library: What to sync.
        on_end: Told of every job that has ended.
    """

    def __init__(
        self, library: Library, *, on_end: Callable[[IngestJob], None] | None = None
    ) -> None:
        self._library = library
        self._on_end = on_end
        self._lock = threading.Lock()
        self._jobs: dict[str, IngestJob] = {}
        self._feeds: dict[str, Feed[IngestJob]] = {}
        self._running: str | None = None
        self._next: str | None = None
        """The job that follows the running one, once it is asked for."""
        self._stopping = threading.Event()
        self._retry: threading.Timer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> IngestJob:
        """Return a job that reads the notes as they are now, or later.

        A job that runs already may have read past a change of this moment: it is followed by one
        more, which is the same for everybody who asks meanwhile. Where everything stops, the job
        is cancelled before it has begun.
        """
        with self._lock:
            if not self._stopping.is_set():
                return self._jobs[self._follow_on()]
            job = self._cancel(self._add())
        self._tell_end(job)
        return job

    @property
    def running(self) -> str:
        """Id of the job that runs now; empty where none does."""
        with self._lock:
            return self._running or ""

    def get(self, job_id: str) -> IngestJob:
        """Return a job as it is now.

        Raises:
            NotFoundError: There is no such job.
        """
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                f"no ingest job {job_id!r}", hint="POST /api/ingest starts one; old ones go"
            )
        return job

    def feed(self, job_id: str) -> Feed[IngestJob]:
        """Return the states of a job, for following.

        Raises:
            NotFoundError: There is no such job.
        """
        self.get(job_id)
        with self._lock:
            return self._feeds[job_id]

    def close(self, *, timeout_s: float = 10.0) -> None:
        """Cancel what runs, wait for its end, and start nothing any more."""
        with self._lock:
            self._stopping.set()
            if self._retry is not None:
                self._retry.cancel()
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _follow_on(self) -> str:
        if self._running is None:
            job_id = self._add()
            self._launch(job_id)
            return job_id
        if self._next is None:
            self._next = self._add()
        return self._next

    def _add(self) -> str:
        job = IngestJob(id=uuid.uuid4().hex)
        self._jobs[job.id] = job
        self._feeds[job.id] = Feed()
        self._feeds[job.id].publish_latest(job)
        for old in list(self._jobs)[:-_KEPT_JOBS]:
            del self._jobs[old], self._feeds[old]
        return job.id

    def _cancel(self, job_id: str) -> IngestJob:
        """End a job that has not begun; called with the lock held."""
        job = self._jobs[job_id] = replace(self._jobs[job_id], state="cancelled")
        self._feeds[job_id].publish_latest(job)
        self._feeds[job_id].close()
        return job

    def _launch(self, job_id: str) -> None:
        self._running = job_id
        self._thread = threading.Thread(
            target=self._work, args=(job_id,), name="ingest", daemon=True
        )
        self._thread.start()

    def _work(self, job_id: str) -> None:
        def note(progress: SyncProgress) -> None:
            self._put(replace(self.get(job_id), progress=progress))

        try:
            report = self._library.sync(note, self._stopping.is_set)
            state: JobState = "cancelled" if report.cancelled else "done"
            ended = replace(self.get(job_id), state=state, report=report)
        except KbError as error:
            ended = replace(self.get(job_id), state="failed", error=error)
        except Exception as error:  # noqa: BLE001 - a job must end, whatever broke
            _log.exception("indexing broke", extra={"job_id": job_id})
            ended = replace(self.get(job_id), state="failed", error=as_told(error))
        self._put(ended)
        self._finish(ended)

    def _launch_later(self) -> None:
        """Look again in a while: no change of a note tells that a server has come back."""
        if not self._stopping.is_set():
            self._retry = threading.Timer(_RETRY_S, self.start)
            self._retry.daemon = True
            self._retry.start()

    def _put(self, job: IngestJob) -> None:
        with self._lock:
            self._jobs[job.id] = job
            self._feeds[job.id].publish_latest(job)

    def _finish(self, job: IngestJob) -> None:
        ended = [job]
        with self._lock:
            self._feeds[job.id].close()
            self._running, following, self._next = None, self._next, None
            if following is None:
                if isinstance(job.error, VectorServerError):
                    self._launch_later()
            elif self._stopping.is_set():
                ended.append(self._cancel(following))
            else:
                self._launch(following)
        for each in ended:
            self._tell_end(each)

    def _tell_end(self, job: IngestJob) -> None:
        if self._on_end is not None:
            self._on_end(job)
