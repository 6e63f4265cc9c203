"""`kb mcp`: the notes as tools over stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.shared import NotesOption, StateOption, command_settings, telling_errors


@telling_errors
def mcp(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    allow_run: Annotated[
        bool, typer.Option("--allow-run", help="Let the client run commands in the sandbox.")
    ] = False,
) -> None:
    """Serve the Model Context Protocol over stdin and stdout."""
    from server.cli.progress import ready_client
    from server.mcp.backends import ApiBackend
    from server.mcp.tools import make_server

    settings = command_settings(notes, state)
    with ready_client(settings, needs_notes=False) as client:
        server = make_server(ApiBackend(client), allow_run=allow_run or settings.mcp_run)
        server.run("stdio")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mcp")(mcp)
