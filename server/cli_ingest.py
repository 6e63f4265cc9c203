"""`kb ingest` and `kb eval`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli_progress import follow_job
from server.cli_shared import (
    EXIT_ERROR,
    JsonOption,
    StateOption,
    command_settings,
    print_json,
    stderr_console,
    stdout_console,
    telling_errors,
)

if TYPE_CHECKING:
    from server.api_client import ApiClient


@telling_errors
def ingest(
    folder: Annotated[Path | None, typer.Argument(help="The notes folder (KB_NOTES).")] = None,
    state: StateOption = None,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and follow every change until Ctrl-C.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the index follow the notes; what has not changed is not read again."""
    from server.api_client import connect

    with connect(command_settings(folder, state)) as client:
        _ingest_once(client, as_json=as_json)
        if watch:
            stderr_console().print("following changes; Ctrl-C ends", highlight=False)
            _watch(client, command_settings(folder, state).notes_dir, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ingest")(ingest)


def _ingest_once(client: ApiClient, *, as_json: bool) -> None:
    from server.cli_show import show_report

    report = follow_job(client, client.post("/api/ingest")["job_id"])
    if as_json:
        print_json(report)
    else:
        show_report(report, stdout_console())
    sys.stdout.flush()
    if report.get("failed"):
        raise typer.Exit(EXIT_ERROR)


def _watch(client: ApiClient, notes: Path, *, as_json: bool) -> None:
    from watchfiles import watch

    for _ in watch(notes, step=200, raise_interrupt=True):
        _ingest_once(client, as_json=as_json)
