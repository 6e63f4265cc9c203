"""What an action is executed with, and the dispatch from an action's type to its code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path
from typing import TYPE_CHECKING

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.model import Language
from server.sandbox.engine import Engine
from server.sandbox.remarks import RemarkCode, remark
from server.sandbox.run import Run

if TYPE_CHECKING:
    from docker import APIClient

EXIT_DAEMON = 125
"""The CLI's code where `docker run` itself failed."""
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127


class StreamError(Exception):
    """The daemon told of a failure inside a stream that had begun well.

    Args:
        explanation: The daemon's own words.
    """

    def __init__(self, explanation: str) -> None:
        super().__init__(explanation)
        self.explanation = explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One action at work."""

    engine: Engine
    client: APIClient
    run: Run
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The note's own files by relative path."""
    rules: Rules = DEFAULT_RULES
    """Limits that go into every container."""
    context_dir: Path = Path()
    """The folder that holds the build contexts which a command may name."""
    compose_dir: Path | None = None
    """Where the Compose files of running projects are kept."""
    language: Language = "en"
    """Of what we add to the daemon's own words."""
    sent: dict[str, object] = field(default_factory=dict)
    """What was sent to the daemon, for the audit log."""

    def line(self, text: str = "") -> None:
        """Write a line to the standard output."""
        self.run.stdout(text + "\n")

    def error(self, text: str) -> None:
        """Write a line to the error output, as docker would."""
        self.run.stderr(text + "\n")

    def say(self, code: RemarkCode, **values: str | float) -> None:
        """Write something to the error output that docker would not."""
        self.run.say(remark(code, **values))


@singledispatch
def execute(action: object, job: Job) -> int:
    """Execute an action and return the exit code that the CLI would give.

    Raises:
        docker.errors.APIError: The daemon refused; the caller says so and ends with 1.
    """
    job.say("unknown_action", action=type(action).__name__)
    return 1


def daemon_error(error: Exception) -> str:
    """Return the daemon's own words, after the CLI's introduction where the CLI has one."""
    if isinstance(error, StreamError):
        return error.explanation
    said = getattr(error, "explanation", None) or str(error)
    return f"Error response from daemon: {said}"


def for_each(job: Job, targets: Sequence[str], act: Callable[[str], str | None]) -> int:
    """Do the same to each target and print its name; failures are told and the rest is still done.

    Args:
        job: Where to print.
        targets: Names or ids.
        act: Returns what to print instead of the name; None for the name.

    Returns:
        0, or 1 where one failed.
    """
    from docker.errors import APIError

    code = 0
    for target in targets:
        if job.run.stop_asked.is_set():
            break
        try:
            printed = act(target)
        except APIError as error:
            job.error(daemon_error(error))
            code = 1
        else:
            job.line(target if printed is None else printed)
    return code


def json_lines(stream: Iterator[bytes]) -> Iterator[Mapping[str, object]]:
    """Yield the JSON objects of a stream, one a line, however the pieces are cut."""
    held = b""
    for piece in stream:
        held += piece
        *lines, held = held.split(b"\n")
        yield from (_object(line) for line in lines if line.strip())
    if held.strip():
        yield _object(held)


def _object(line: bytes) -> Mapping[str, object]:
    value = json.loads(line)
    return value if isinstance(value, dict) else {"status": str(value)}
