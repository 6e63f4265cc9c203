"""`kb ingest`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kb.errors import KbError
from server.cli.progress import follow_job
from server.cli.shared import (
    JsonOption,
    StateOption,
    command_settings,
    print_json,
    stderr_console,
    stdout_console,
    tell_error,
    telling_errors,
)

if TYPE_CHECKING:
    from server.api_client import ApiClient

_STOPPED: Final = "stopped; the index is whole, and `kb ingest` goes on from here"
_LEFT: Final = "no longer watching; the server goes on indexing"


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
    from server.in_process import connect

    settings = command_settings(folder, state)
    with connect(settings) as client:
        _ingest_once(client, as_json=as_json)
        if watch:
            stderr_console().print("following changes; Ctrl-C ends", highlight=False)
            _watch(client, settings.notes_dir, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ingest")(ingest)


def _ingest_once(client: ApiClient, *, as_json: bool) -> None:
    """Run one job; notes that could not be read are warnings, for the others are indexed."""
    from server.cli.show import show_report

    try:
        report = follow_job(client, client.post("/api/ingest")["job_id"])
    except KeyboardInterrupt:
        stderr_console().print(_STOPPED if client.own else _LEFT, highlight=False)
        raise
    if as_json:
        print_json(report)
    else:
        show_report(report, stdout_console())
    sys.stdout.flush()


def _watch(client: ApiClient, notes: Path, *, as_json: bool) -> None:
    """Ingest after every change until Ctrl-C; what goes wrong is told, and watching goes on."""
    from ingest.vault import Vault
    from ingest.watch import VaultWatcher

    changed = threading.Event()
    watcher = VaultWatcher(Vault(notes), changed.set)
    watcher.start()
    try:
        while True:
            # A wait without an end could not be interrupted on Windows.
            if changed.wait(0.5):
                changed.clear()
                try:
                    _ingest_once(client, as_json=as_json)
                except KbError as error:
                    tell_error(error)
    finally:
        watcher.stop()
