"""Following the notes folder while a server runs: a change on the disk starts an ingest job."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from server.jobs import IngestJobs

_log = logging.getLogger("kb.following")


@contextlib.contextmanager
def follow_notes(notes: Path, jobs: IngestJobs) -> Iterator[None]:
    """Start a job whenever a note changes, for as long as the block lasts.

    Args:
        notes: The notes folder.
        jobs: Where jobs are started.
    """
    stop = threading.Event()
    thread = threading.Thread(
        target=_follow, args=(notes, jobs, stop), name="following", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2.0)


def _follow(notes: Path, jobs: IngestJobs, stop: threading.Event) -> None:
    from watchfiles import watch

    try:
        for _ in watch(notes, stop_event=stop, step=200, rust_timeout=1000, raise_interrupt=False):
            jobs.start()
    except OSError as error:
        _log.warning(
            "changes in %s are not followed (%s); use POST /api/ingest or `kb ingest`", notes, error
        )
