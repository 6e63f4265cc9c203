"""What the commands of `kb` share: options, exit codes, how errors are told."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, ParamSpec, TypeVar

import typer

from kb.errors import InvalidInputError, KbError, NotFoundError

if TYPE_CHECKING:
    from rich.console import Console

    from server.settings import Settings

EXIT_ERROR: Final = 1
EXIT_USAGE: Final = 2
EXIT_NOT_FOUND: Final = 3
EXIT_INTERRUPTED: Final = 130
EXIT_CLOSED_PIPE: Final = 141
"""As shells tell of a program that SIGPIPE has ended."""

NotesOption = Annotated[
    Path | None,
    typer.Option("--notes", help="The notes folder (KB_NOTES; default: the current folder)."),
]
StateOption = Annotated[
    Path | None,
    typer.Option("--state", help="The state folder (KB_STATE; default: one per notes folder)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")


def command_settings(notes: Path | None, state: Path | None, **more: object) -> Settings:
    """Return the environment's settings with a command's options over them.

    Raises:
        InvalidInputError: A value cannot be used.
    """
    from server.settings import read_settings

    return read_settings(notes=notes, state=state, **more)


def exit_code_of(error: KbError) -> int:
    """Return the exit code for an error: 2 for a wrong request, 3 for a missing thing, else 1."""
    status = getattr(error, "status", None)
    if isinstance(error, InvalidInputError) or status == 400:
        return EXIT_USAGE
    if isinstance(error, NotFoundError) or status == 404:
        return EXIT_NOT_FOUND
    return EXIT_ERROR


def telling_errors(command: Callable[ParamsT, ResultT]) -> Callable[ParamsT, ResultT]:
    """Let a command end with a message and an exit code in place of a traceback."""

    @functools.wraps(command)
    def told(*args: ParamsT.args, **kwargs: ParamsT.kwargs) -> ResultT:
        try:
            return command(*args, **kwargs)
        except KbError as error:
            tell_error(error, as_json=bool(kwargs.get("as_json")))
            raise typer.Exit(exit_code_of(error)) from None
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            _drop_output()
            raise typer.Exit(EXIT_CLOSED_PIPE) from None

    return told


def _drop_output() -> None:
    """Send what a closed pipe did not take nowhere: Python would fail at it again at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def tell_error(error: KbError, *, as_json: bool = False) -> None:
    """Print an error to stderr; with `as_json` also the API's JSON of it to stdout."""
    body = _body_of(error)
    if as_json:
        print_json(body)
    console = stderr_console()
    console.print(f"[bold red]error:[/] {_safe(error.message)}", highlight=False)
    if error.hint:
        console.print(f"[yellow]hint:[/] {_safe(error.hint)}", highlight=False)
    if suggestion := body.get("suggestion"):
        console.print(f"[green]may run instead:[/] {_safe(str(suggestion))}", highlight=False)


def _body_of(error: KbError) -> Mapping[str, object]:
    """Return the API's JSON of an error: as a server sent it, or would."""
    from server.api_errors import ApiError
    from server.error_responses import body_of

    return error.body if isinstance(error, ApiError) and error.body else body_of(error)


def print_json(value: object) -> None:
    """Print JSON to stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def stdout_console() -> Console:
    """Return a console for data."""
    from rich.console import Console

    return Console(file=sys.stdout, soft_wrap=True)


def stderr_console() -> Console:
    """Return a console for progress, logs and errors."""
    from rich.console import Console

    return Console(file=sys.stderr, soft_wrap=True)


def printable(text: str) -> str:
    """Return text of a note or a program without what would steer a terminal."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for char in text.replace("\r\n", "\n")
    )


def _safe(text: str) -> str:
    from rich.markup import escape

    return escape(printable(text))
