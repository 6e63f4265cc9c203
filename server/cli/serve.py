"""`kb serve` and `kb open`."""

from __future__ import annotations

import contextlib
import logging
import sys
import webbrowser
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import IndexUnavailableError
from server.cli.shared import (
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    stderr_console,
    stdout_console,
    telling_errors,
)

if TYPE_CHECKING:
    import socket

    from server.settings import Settings
    from server.state import StateFolder
    from server.wiring import Runtime

_log = logging.getLogger("kb.server")


@telling_errors
def serve(
    notes: NotesOption = None,
    state: StateOption = None,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on (KB_HOST; 127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="The port (KB_PORT; 8765); 0 takes a free one.")
    ] = None,
    *,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Serve the Model Context Protocol at /mcp, too.")
    ] = False,
    edit: Annotated[
        bool, typer.Option("--edit", help="Let notes be saved and deleted over the API.")
    ] = False,
) -> None:
    """Serve the page and the API."""
    settings = command_settings(
        notes, state, host=host, port=port, edit=edit or None, mcp=mcp or None
    )
    from server.log_format import set_up_logging
    from server.state import require_notes_folder, state_folder

    set_up_logging(settings.log_format)
    require_notes_folder(settings)
    folder = state_folder(settings)
    folder.acquire()
    try:
        _serve(settings, folder)
    finally:
        folder.release()


@telling_errors
def open_page(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    browser: Annotated[bool, typer.Option(help="Open the system's browser.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Print the URL of the running server, with its token, and open it."""
    from server.state import state_folder

    folder = state_folder(command_settings(notes, state))
    running = folder.running_server()
    if running is None:
        raise IndexUnavailableError(
            "no server runs over these notes", hint="start it with `kb serve`", code="no_server"
        )
    url = page_url(running.url, running.token)
    if as_json:
        print_json({"url": url})
    else:
        sys.stdout.write(url + "\n")
    if browser:
        webbrowser.open(url)


def page_url(url: str, token: str) -> str:
    """Return the page's URL; the token stands in the fragment, which no server ever sees."""
    return f"{url}/#token={token}"


def _serve(settings: Settings, folder: StateFolder) -> None:
    from server.serving import listen, port_of
    from server.wiring import build

    with contextlib.ExitStack() as stack:
        sockets = listen(settings.host, settings.port)
        for each in sockets:
            stack.callback(each.close)
        port = port_of(sockets[0])
        runtime = build(settings, folder, port=port)
        stack.callback(runtime.close)
        _announce(settings, folder, runtime, port)
        _run(runtime, settings, sockets)


def _announce(settings: Settings, folder: StateFolder, runtime: Runtime, port: int) -> None:
    import os

    from server.settings import is_loopback
    from server.state import ServerRecord

    any_address = settings.host in {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not listened on
    host = "127.0.0.1" if any_address else settings.host
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    token = runtime.services.access.token
    folder.record_server(ServerRecord(url=url, pid=os.getpid(), token=token, edit=settings.edit))
    if not is_loopback(settings.host):
        stderr_console().print(
            f"[bold red]WARNING[/]: listening on {settings.host}: other machines can reach this"
            " server. Whoever has the token reads the notes and runs commands in the sandbox."
        )
    stderr_console().print(f"notes: {settings.notes_dir}\nstate: {folder.path}", highlight=False)
    stdout_console().print(page_url(url, token), highlight=False, markup=False)
    sys.stdout.flush()


def _run(runtime: Runtime, settings: Settings, sockets: list[socket.socket]) -> None:
    from ingest.vault import Vault
    from ingest.watch import VaultWatcher
    from server.serving import KbServer

    jobs = runtime.services.jobs
    jobs.start()
    watcher = VaultWatcher(Vault(settings.notes_dir), jobs.start)
    watcher.start()
    _log.info("server started", extra={"version": version("kb")})
    try:
        KbServer(runtime.app, runtime.services).run(sockets)
    finally:
        watcher.stop()
        _log.info("server stopped")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("open")(open_page)
