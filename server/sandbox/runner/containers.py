"""`docker start`, `stop`, `restart`, `kill`, `rm`, and the rest that acts on containers at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kb.commands.actions import (
    CommitContainer,
    CreateContainer,
    KillContainers,
    PauseContainers,
    RemoveContainers,
    RenameContainer,
    RestartContainers,
    ShowDiff,
    ShowPorts,
    ShowTop,
    StopContainers,
    UnpauseContainers,
    WaitContainers,
)
from server.sandbox.runner.collisions import explain_collision
from server.sandbox.runner.creation import create_container
from server.sandbox.runner.job import Job, daemon_error, execute, for_each
from server.sandbox.runner.reference import split_reference
from server.sandbox.runner.streams import open_stream, part
from server.sandbox.runner.table import align

_CHANGES = {0: "C", 1: "A", 2: "D"}
_TOP_WIDTH = 20


@execute.register
def create(action: CreateContainer, job: Job) -> int:
    """`docker create`."""
    created = create_container(job, action.spec, remove=action.remove, pull=action.pull)
    if isinstance(created, int):
        return created
    job.line(created)
    return 0


@execute.register
def stop(action: StopContainers, job: Job) -> int:
    """`docker stop`."""
    return _stop_like("stop", action, job)


@execute.register
def restart(action: RestartContainers, job: Job) -> int:
    """`docker restart`."""
    return _stop_like("restart", action, job)


@execute.register
def kill(action: KillContainers, job: Job) -> int:
    """`docker kill`."""
    return for_each(job, action.targets, lambda name: job.client.kill(name, action.signal))


@execute.register
def pause(action: PauseContainers, job: Job) -> int:
    """`docker pause`."""
    return for_each(job, action.targets, job.client.pause)


@execute.register
def unpause(action: UnpauseContainers, job: Job) -> int:
    """`docker unpause`."""
    return for_each(job, action.targets, job.client.unpause)


@execute.register
def remove(action: RemoveContainers, job: Job) -> int:
    """`docker rm`."""

    def act(name: str) -> None:
        job.client.remove_container(name, v=action.volumes, force=action.force)

    return for_each(job, action.targets, act)


@execute.register
def wait(action: WaitContainers, job: Job) -> int:
    """`docker wait`: prints each container's exit code."""

    def act(name: str) -> str:
        stream = open_stream(job.client, "POST", f"/containers/{part(name)}/wait")
        with job.run.on_stop(stream.close):
            return str(exit_code_of(stream.read_all()))

    return for_each(job, action.targets, act)


@execute.register
def rename(action: RenameContainer, job: Job) -> int:
    """`docker rename`."""
    from docker.errors import APIError

    try:
        job.client.rename(action.container, action.new_name)
    except APIError as error:
        job.error(daemon_error(error))
        job.error(f"Error: failed to rename container named {action.container}")
        explain_collision(job, error)
        return 1
    return 0


@execute.register
def commit(action: CommitContainer, job: Job) -> int:
    """`docker commit`."""
    name = split_reference(action.reference or "")
    options: dict[str, Any] = {
        "repository": name.repository or None,
        "tag": name.tag or None,
        "message": action.message,
        "author": action.author,
        "pause": action.pause,
        "changes": "\n".join(action.changes) or None,
    }
    job.sent["commit"] = {"container": action.container, **options}
    result: Mapping[str, Any] = job.client.commit(action.container, **options)
    job.line(str(result["Id"]))
    return 0


@execute.register
def show_top(action: ShowTop, job: Job) -> int:
    """`docker top`."""
    found: Mapping[str, Any] = job.client.top(action.container, " ".join(action.ps_args) or None)
    cells = [found["Titles"], *(found["Processes"] or [])]
    job.run.stdout(align(cells, least_width=_TOP_WIDTH))
    return 0


@execute.register
def show_diff(action: ShowDiff, job: Job) -> int:
    """`docker diff`."""
    for change in job.client.diff(action.container) or []:
        job.line(f"{_CHANGES.get(change['Kind'], '?')} {change['Path']}")
    return 0


@execute.register
def show_ports(action: ShowPorts, job: Job) -> int:
    """`docker port`."""
    details: Mapping[str, Any] = job.client.inspect_container(action.container)
    bound: Mapping[str, Any] = details["NetworkSettings"].get("Ports") or {}
    wanted = None
    if action.port is not None:
        wanted = action.port if "/" in action.port else f"{action.port}/tcp"
        if not bound.get(wanted):
            job.error(f"Error: No public port '{action.port}' published for {action.container}")
            return 1
    for port, addresses in sorted(bound.items(), key=lambda item: _port_key(item[0])):
        for address in addresses or [] if wanted in {None, port} else []:
            shown = f"{address['HostIp']}:{address['HostPort']}"
            job.line(shown if wanted else f"{port} -> {shown}")
    return 0


def exit_code_of(answer: bytes) -> int:
    """Return the exit code in a `wait` answer.

    Raises:
        ConnectionError: The answer was cut off.
    """
    try:
        return int(json.loads(answer)["StatusCode"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConnectionError("the container's end was not told") from error


def _stop_like(verb: str, action: StopContainers | RestartContainers, job: Job) -> int:
    params: dict[str, str | int] = {}
    if action.timeout_s is not None:
        params["t"] = action.timeout_s
    if action.signal is not None:
        params["signal"] = action.signal

    def act(name: str) -> None:
        stream = open_stream(job.client, "POST", f"/containers/{part(name)}/{verb}", params=params)
        with job.run.on_stop(stream.close):
            stream.read_all()

    return for_each(job, action.targets, act)


def _port_key(port: str) -> tuple[int, str]:
    number, _, protocol = port.partition("/")
    return int(number), protocol
