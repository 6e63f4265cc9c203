"""`kb run`, `kb runs` and `kb sandbox`."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from kb.errors import InvalidInputError
from server.cli.shared import (
    EXIT_ERROR,
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    printable,
    stderr_console,
    stdout_console,
    telling_errors,
)

if TYPE_CHECKING:
    from server.api_client import ApiClient, Json
    from server.api_errors import ApiError
    from server.settings import Settings

sandbox_app = typer.Typer(no_args_is_help=True, help="The sandbox daemon.")


@telling_errors
def run(
    line: Annotated[str, typer.Argument(help="A docker command line, in quotes.")],
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SLOT=VALUE", help="Fill a value; may be given again."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree to what a destroying command removes.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a docker command line in the sandbox; exit code 1 where the command fails."""
    from server.in_process import connect

    body: dict[str, object] = {"text": line, "values": _values(values), "confirm": yes}
    with connect(command_settings(notes, state)) as client:
        run_id = _start(client, body)
        ended = _follow(client, run_id, silent=as_json)
    if as_json:
        print_json(ended)
    elif ended["state"] != "exited" or ended["exit_code"]:
        code = ended["exit_code"]
        shown = ended["state"] if code is None else f"exit code {code}"
        stderr_console().print(shown, style="red", highlight=False)
    if ended["state"] != "exited" or ended["exit_code"]:
        raise typer.Exit(EXIT_ERROR)


@telling_errors
def runs(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the runs in progress, then those that have ended, newest first."""
    from server.api_client import find_running
    from server.cli.show import show_runs

    settings = command_settings(notes, state)
    client = find_running(settings)
    if client is None:
        found = _recorded_runs(settings, limit)
    else:
        with contextlib.closing(client):
            found = _listed_runs(client, limit)
    if as_json:
        print_json(found)
    else:
        show_runs(found["runs"], stdout_console())


def _listed_runs(client: ApiClient, limit: int) -> Json:
    from server.routes.shared import MAX_PAGE

    return client.get("/api/runs/log", limit=min(limit, MAX_PAGE))


def _recorded_runs(settings: Settings, limit: int) -> Json:
    """Read the audit log where there is no server: nothing is in progress then."""
    from server.sandbox.audit import AuditLog
    from server.sandbox.settings import SandboxSettings
    from server.schemas.runs import RunLogBody
    from server.state import state_folder

    file = SandboxSettings(state_dir=state_folder(settings).path).audit_file
    page = AuditLog(file).read(limit=limit)
    next_offset = limit if page.total > limit else None
    return RunLogBody.of(page, next_offset=next_offset).model_dump()


@sandbox_app.command("status")
@telling_errors
def sandbox_status(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the daemon and what is in it."""
    from server.in_process import connect

    with connect(command_settings(notes, state)) as client:
        _show_sandbox(client.get("/api/sandbox"), as_json=as_json)


@sandbox_app.command("start")
@telling_errors
def sandbox_start(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Start the daemon and wait until it is ready; it ends with the server."""
    from server.in_process import connect

    with connect(command_settings(notes, state)) as client:
        if client.own:
            _tell_short_lived()
        client.post("/api/sandbox/start")
        _show_sandbox(_wait_until_settled(client), as_json=as_json)


@sandbox_app.command("stop")
@telling_errors
def sandbox_stop(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """End every run and the daemon; images, containers and volumes stay."""
    from server.in_process import connect

    with connect(command_settings(notes, state)) as client:
        _show_sandbox(client.post("/api/sandbox/stop"), as_json=as_json)


@sandbox_app.command("reset")
@telling_errors
def sandbox_reset(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete everything in the sandbox and start it anew."""
    from server.in_process import connect

    if not yes and not _agrees("Delete all containers, images and volumes of the sandbox?"):
        raise typer.Exit(EXIT_ERROR)
    with connect(command_settings(notes, state)) as client:
        if client.own:
            _tell_short_lived()
        _show_sandbox(client.post("/api/sandbox/reset"), as_json=as_json)


@sandbox_app.command("clean")
@telling_errors
def sandbox_clean(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove stopped containers, dangling images and unused volumes older than a day."""
    from server.api_errors import ApiError
    from server.in_process import connect

    with connect(command_settings(notes, state)) as client:
        try:
            done = client.post("/api/sandbox/clean", {"confirm": yes})
        except ApiError as error:
            if error.code != "needs_confirmation":
                raise
            done = client.post("/api/sandbox/clean", {"confirm": _confirmed(error)})
    if as_json:
        print_json(done)
        return
    for each in done["removed"] or ["nothing unused is older than a day"]:
        stdout_console().print(printable(each), markup=False, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("runs")(runs)
    app.add_typer(sandbox_app, name="sandbox")


def _values(given: list[str] | None) -> dict[str, str]:
    values = {}
    for pair in given or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InvalidInputError(f"--set {pair!r}", hint="write --set slot=value")
        values[name] = value
    return values


def _start(client: ApiClient, body: dict[str, object]) -> str:
    """Start the line; ask at the terminal for what is missing."""
    from server.api_errors import ApiError

    while True:
        try:
            return str(client.post("/api/runs", body)["run_id"])
        except ApiError as error:
            if error.code == "needs_confirmation":
                body["confirm"] = _confirmed(error)
            elif error.code == "needs_values" and sys.stdin.isatty():
                body["values"] = {**dict(body["values"]), **_asked_values(error)}  # type: ignore[call-overload]
            else:
                raise


def _confirmed(error: ApiError) -> bool:
    from server.api_errors import ApiError

    victims = ", ".join(str(each) for each in error.body.get("victims", []))
    if sys.stdin.isatty() and _agrees(f"This removes {victims or 'something'}. Go on?"):
        return True
    message = f"{error.message}: {victims}" if victims else error.message
    told = {**error.body["error"], "message": message, "hint": "say --yes to agree"}
    raise ApiError(error.status, {**error.body, "error": told})


def _asked_values(error: ApiError) -> dict[str, str]:
    return {
        slot["id"]: typer.prompt(f"{slot['label']} (in place of {slot['value']})", err=True)
        for slot in error.body.get("slots", [])
        if slot["placeholder"]
    }


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        stderr_console().print(f"{question} Say --yes to agree.", markup=False)
        return False
    return bool(typer.confirm(question, err=True))


def _follow(client: ApiClient, run_id: str, *, silent: bool) -> Json:
    """Print a run's output as it comes; Ctrl-C stops the run, and again leaves it alone.

    Raises:
        BrokenPipeError: Nobody reads the output any more; the run was stopped.
    """
    output = _Output(client, run_id, silent=silent)
    try:
        output.follow()
    except KeyboardInterrupt:
        client.delete(f"/api/runs/{run_id}")
        stderr_console().print("stopping; Ctrl-C again leaves it", style="dim")
        output.follow()
    except BrokenPipeError:
        client.delete(f"/api/runs/{run_id}")
        output.silence()
        output.follow()
        raise
    return client.get(f"/api/runs/{run_id}")


class _Output:
    """What a run prints, as far as it has been read."""

    def __init__(self, client: ApiClient, run_id: str, *, silent: bool) -> None:
        self._client = client
        self._path = f"/api/runs/{run_id}/events"
        self._silent = silent
        self._read = 0

    def silence(self) -> None:
        """Print nothing from now on."""
        self._silent = True

    def follow(self) -> None:
        """Print what is new until the run has ended."""
        with contextlib.closing(self._client.events("GET", self._path, after=self._read)) as events:
            for event in events:
                self._read += 1
                if not self._silent and event.name in {"stdout", "stderr"}:
                    write_output(
                        event.data["text"], sys.stdout if event.name == "stdout" else sys.stderr
                    )


def write_output(text: str, stream: TextIO) -> None:
    """Write a piece of output; colours are for terminals, and do not outlive the piece."""
    from server.sandbox.sanitize import make_safe

    plain = make_safe(text)
    coloured = stream.isatty() and plain != text
    stream.write(f"{text}\x1b[0m" if coloured else plain)
    stream.flush()


def _wait_until_settled(client: ApiClient) -> Json:
    import time

    with stderr_console().status("starting the sandbox"):
        while True:
            sandbox = client.get("/api/sandbox")
            if sandbox["state"] != "starting":
                return sandbox
            time.sleep(0.3)


def _show_sandbox(sandbox: Json, *, as_json: bool) -> None:
    from server.cli.show import show_sandbox

    if as_json:
        print_json(sandbox)
    else:
        show_sandbox(sandbox, stdout_console())
    if sandbox["state"] == "unavailable":
        raise typer.Exit(EXIT_ERROR)


def _tell_short_lived() -> None:
    stderr_console().print(
        "no server runs: the sandbox ends with this command (what is in it stays);"
        " `kb serve` keeps it up",
        style="dim",
    )
