"""`docker run`, `start`, `exec` and `logs`: commands that follow a container."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from kb.commands.actions import ExecInContainer, RunContainer, ShowLogs, StartContainers
from server.sandbox.runner.collisions import explain_collision
from server.sandbox.runner.containers import exit_code_of
from server.sandbox.runner.creation import create_container, fail
from server.sandbox.runner.job import (
    EXIT_DAEMON,
    EXIT_NOT_EXECUTABLE,
    EXIT_NOT_FOUND,
    Job,
    daemon_error,
    execute,
    for_each,
)
from server.sandbox.runner.streams import Attachment, open_stream, part
from server.sandbox.runner.when import parse_when

_MISSING = ("executable file not found", "no such file or directory")
_FORBIDDEN = ("permission denied", "is a directory")
_TAIL_PATIENCE_S = 5.0
"""How long output may still come after a container has ended."""


@execute.register
def run(action: RunContainer, job: Job) -> int:
    """`docker run`."""
    created = create_container(
        job, action.spec, detach=action.detach, remove=action.remove, pull=action.pull
    )
    if isinstance(created, int):
        return created
    if job.run.stop_asked.is_set():
        _discard(job, created)
        return EXIT_DAEMON
    if action.detach:
        code = _start(job, created, fail_as_run=True)
        if code == 0:
            job.line(created)
        return code
    return _follow(job, created, action.spec.attach, removed=action.remove, fail_as_run=True)


@execute.register
def start(action: StartContainers, job: Job) -> int:
    """`docker start`, and `start -a`."""
    from docker.errors import APIError

    if action.attach and len(action.targets) == 1:
        return _start_attached(job, action.targets[0])
    failed: list[APIError] = []

    def act(name: str) -> None:
        try:
            job.client.start(name)
        except APIError as error:
            failed.append(error)
            raise

    code = for_each(job, action.targets, act)
    for error in failed:
        explain_collision(job, error)
    if code:
        job.error(f"Error: failed to start containers: {', '.join(action.targets)}")
    return code


@execute.register
def exec_in(action: ExecInContainer, job: Job) -> int:
    """`docker exec`."""
    body = {
        "Cmd": list(action.command),
        "Env": [f"{key}={value}" for key, value in action.env],
        "WorkingDir": action.workdir or "",
        "User": action.user or "",
        "AttachStdout": not action.detach,
        "AttachStderr": not action.detach,
    }
    job.sent["exec"] = body
    made = open_stream(job.client, "POST", f"/containers/{part(action.container)}/exec", body=body)
    exec_id = str(_parsed(made.read_all())["Id"])
    how = {"Detach": action.detach, "Tty": False}
    stream = open_stream(
        job.client, "POST", f"/exec/{exec_id}/start", body=how, upgrade=not action.detach
    )
    if action.detach:
        stream.read_all()
        return 0
    with job.run.on_stop(stream.close):
        stream.copy_to(job.run)
    if job.run.stop_asked.is_set():
        job.say("left_running")
        return 130
    details: Mapping[str, Any] = job.client.exec_inspect(exec_id)
    return int(details.get("ExitCode") or 0)


@execute.register
def show_logs(action: ShowLogs, job: Job) -> int:
    """`docker logs`."""
    details: Mapping[str, Any] = job.client.inspect_container(action.container)
    params: dict[str, str | int] = {
        "stdout": 1,
        "stderr": 1,
        "follow": int(action.follow),
        "timestamps": int(action.timestamps),
        "details": int(action.details),
        "tail": "all" if action.tail is None else action.tail,
    }
    for key, text in (("since", action.since), ("until", action.until)):
        if text is not None:
            params[key] = parse_when(text)
    stream = open_stream(job.client, "GET", f"/containers/{details['Id']}/logs", params=params)
    with job.run.on_stop(stream.close):
        stream.copy_to(job.run, tty=bool(details["Config"]["Tty"]))
    return 0


def _start_attached(job: Job, name: str) -> int:
    details: Mapping[str, Any] = job.client.inspect_container(name)
    removed = bool(details["HostConfig"].get("AutoRemove"))
    tty = bool(details["Config"]["Tty"])
    attach = ("stdout", "stderr")
    return _follow(job, str(details["Id"]), attach, removed=removed, fail_as_run=False, tty=tty)


def _follow(
    job: Job,
    container: str,
    attach: tuple[str, ...],
    *,
    removed: bool,
    fail_as_run: bool,
    tty: bool = False,
) -> int:
    """Attach, begin to wait, start, and copy the output until the container has ended."""
    params: dict[str, str | int] = {"stream": 1, **dict.fromkeys(attach, 1)}
    output = open_stream(
        job.client, "POST", f"/containers/{container}/attach", params=params, upgrade=True
    )
    condition: dict[str, str | int] = {"condition": "removed" if removed else "next-exit"}
    end = open_stream(job.client, "POST", f"/containers/{container}/wait", params=condition)
    with _closing(output), _closing(end), _killed_on_stop(job, container):
        copier = threading.Thread(target=_copy, args=(output, job, tty), name="run-output")
        copier.start()
        code = _start(job, container, fail_as_run=fail_as_run)
        if code:
            output.close()
            copier.join()
            return code
        code = exit_code_of(end.read_all())
        copier.join(_TAIL_PATIENCE_S)
        output.close()
        copier.join(_TAIL_PATIENCE_S)
        return code


def _copy(output: Attachment, job: Job, tty: bool) -> None:  # noqa: FBT001 - a thread's target
    with contextlib.suppress(ConnectionError):  # the waiting side tells of a broken daemon
        output.copy_to(job.run, tty=tty)


def _start(job: Job, container: str, *, fail_as_run: bool) -> int:
    from docker.errors import APIError

    try:
        job.client.start(container)
    except APIError as error:
        if not fail_as_run:
            job.error(daemon_error(error))
            explain_collision(job, error)
            return 1
        fail(job, error, made=container)
        return start_failure_code(str(error.explanation))
    return 0


def start_failure_code(said: str) -> int:
    """Return the CLI's exit code for a container that could not be started.

    127 where its program is not there, 126 where it may not be executed, 125 for the rest.
    """
    if any(each in said for each in _MISSING):
        return EXIT_NOT_FOUND
    if any(each in said for each in _FORBIDDEN):
        return EXIT_NOT_EXECUTABLE
    return EXIT_DAEMON


@contextlib.contextmanager
def _closing(stream: Attachment) -> Iterator[None]:
    try:
        yield
    finally:
        stream.close()


@contextlib.contextmanager
def _killed_on_stop(job: Job, container: str) -> Iterator[None]:
    """Have a stop of the run stop the container, softly at first, as Ctrl+C would."""
    with job.run.on_stop(lambda: _stop_container(job, container)):
        yield


def _stop_container(job: Job, container: str) -> None:
    with job.engine.client(timeout_s=30) as client:
        client.stop(container, timeout=2)


def _discard(job: Job, container: str) -> None:
    job.client.remove_container(container, v=True, force=True)


def _parsed(answer: bytes) -> Mapping[str, Any]:
    value = json.loads(answer)
    return value if isinstance(value, dict) else {}
