"""The `kb` command. Heavy imports happen inside its commands, so that `kb --help` is quick."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from server.cli import ask, doctor, evaluate, ingest, mcp, run, serve

app = typer.Typer(
    name="kb",
    help="Ask your own Markdown notes; run what they suggest in a sandbox.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if wanted:
        sys.stdout.write(f"kb {version('kb')}\n")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Ask your own Markdown notes; run what they suggest in a sandbox."""


for _commands in (serve, ingest, ask, run, mcp, evaluate, doctor):
    _commands.register(app)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may not know every character
    app()
