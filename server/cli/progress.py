"""Waiting for the index, with a progress bar on stderr."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kb.errors import KbError, VaultError
from server.cli.shared import stderr_console

if TYPE_CHECKING:
    from rich.progress import Progress

    from server.api_client import ApiClient, Json
    from server.settings import Settings

_SPEED_PERIOD_S: Final = 120.0
"""The time left is told from the speed of so long: files are done in batches, not one by one."""


@contextlib.contextmanager
def ready_client(settings: Settings, *, needs_notes: bool = True) -> Iterator[ApiClient]:
    """Connect to a server whose index answers; one of our own is indexed first.

    Args:
        settings: Which notes, and where their state is.
        needs_notes: A folder without notes is an error; it may be filled while a client stays.

    Raises:
        KbError: There is no such notes folder, the state is locked, or indexing failed.
        VaultError: There are no notes in the folder.
    """
    from server.in_process import connect

    with connect(settings) as client:
        if client.own:
            follow_job(client, client.post("/api/ingest")["job_id"], quiet=True)
        if needs_notes:
            _require_notes(client, settings)
        yield client


def _require_notes(client: ApiClient, settings: Settings) -> None:
    """See that there is something to answer from: where nothing is, nothing is missing in it."""
    health = client.get("/api/health")
    if health["status"] == "ok" and not health["index"]["notes"]:
        raise VaultError(
            f"no notes in {settings.notes_dir}",
            hint="give the folder with your Markdown files by --notes or KB_NOTES; `kb doctor`"
            " tells what is left out",
            code="vault_missing",
        )


def follow_job(client: ApiClient, job_id: str, *, quiet: bool = False) -> Json:
    """Show a job's progress until it ends, and return its counts.

    Args:
        client: Where the job runs.
        job_id: The job.
        quiet: Show nothing where there is nothing to read.

    Raises:
        KbError: The job failed or was cancelled.
    """
    job: Json = {}
    with _progress_bar(transient=quiet) as progress:
        task = progress.add_task("loading", total=None, detail="")
        for event in client.events("GET", f"/api/ingest/{job_id}/events"):
            job = event.data
            now = job["progress"]
            progress.update(
                task,
                description="indexing" if now["files_total"] else "loading",
                total=now["files_total"] or None,
                completed=now["files_done"],
                detail=describe_progress(now),
            )
    if job.get("state") != "done":
        raise KbError(
            str(job.get("error") or "indexing was cancelled"),
            hint=str(job.get("hint") or "run `kb ingest` again: it goes on where it stopped"),
            code="ingest_failed",
        )
    counts = job["counts"]
    return counts if isinstance(counts, dict) else {}


def describe_progress(progress: Json) -> str:
    """Return the counts of a running job in words, with its speed once there is one."""
    chunks, seconds = progress["chunks_done"], progress["duration_s"]
    speed = f" ({chunks / seconds:.0f}/s)" if chunks and seconds else ""
    return f"{chunks} chunks{speed}, {progress['embedded']} embedded"


def _progress_bar(*, transient: bool) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=stderr_console(),
        transient=transient,
        speed_estimate_period=_SPEED_PERIOD_S,
    )
