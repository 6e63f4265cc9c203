"""What is done with containers that exist."""

from __future__ import annotations

from kb.commands import actions as act
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.readers.options import read_format, read_stop_timeout, refuse_terminal
from kb.commands.texts import Saying, refused
from kb.commands.values.quantities import parse_count

Notes = list[Saying]


def _containers(call: Invocation) -> tuple[str, ...]:
    return call.operand_values("container")


def read_start(call: Invocation, _rules: Rules, _notes: Notes) -> act.StartContainers:
    """`docker start`."""
    refuse_terminal(call)
    attach, targets = call.on("--attach"), _containers(call)
    if attach and len(targets) > 1:
        raise refused("attach_one")
    return act.StartContainers(targets=targets, attach=attach)


def read_stop(call: Invocation, rules: Rules, notes: Notes) -> act.StopContainers:
    """`docker stop`."""
    return act.StopContainers(
        targets=_containers(call), timeout_s=_read_timeout(call, rules, notes),
        signal=call.value("--signal"),
    )  # fmt: skip


def read_restart_command(call: Invocation, rules: Rules, notes: Notes) -> act.RestartContainers:
    """`docker restart`."""
    return act.RestartContainers(
        targets=_containers(call), timeout_s=_read_timeout(call, rules, notes),
        signal=call.value("--signal"),
    )  # fmt: skip


def read_kill(call: Invocation, _rules: Rules, _notes: Notes) -> act.KillContainers:
    """`docker kill`."""
    return act.KillContainers(targets=_containers(call), signal=call.value("--signal") or "KILL")


def read_pause(call: Invocation, _rules: Rules, _notes: Notes) -> act.PauseContainers:
    """`docker pause`."""
    return act.PauseContainers(targets=_containers(call))


def read_unpause(call: Invocation, _rules: Rules, _notes: Notes) -> act.UnpauseContainers:
    """`docker unpause`."""
    return act.UnpauseContainers(targets=_containers(call))


def read_wait(call: Invocation, _rules: Rules, _notes: Notes) -> act.WaitContainers:
    """`docker wait`."""
    return act.WaitContainers(targets=_containers(call))


def read_rm(call: Invocation, _rules: Rules, _notes: Notes) -> act.RemoveContainers:
    """`docker rm`."""
    return act.RemoveContainers(
        targets=_containers(call), force=call.on("--force"), volumes=call.on("--volumes")
    )


def read_rename(call: Invocation, _rules: Rules, _notes: Notes) -> act.RenameContainer:
    """`docker rename`."""
    (new_name,) = call.operand_values("new-container")
    return act.RenameContainer(container=_containers(call)[0], new_name=new_name)


def read_logs(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowLogs:
    """`docker logs`."""
    return act.ShowLogs(
        container=_containers(call)[0], follow=call.on("--follow"),
        tail=parse_count(call.value("--tail") or ""), timestamps=call.on("--timestamps"),
        since=call.value("--since"), until=call.value("--until"), details=call.on("--details"),
    )  # fmt: skip


def read_top(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowTop:
    """`docker top`."""
    return act.ShowTop(container=_containers(call)[0], ps_args=call.operand_values("ps-args"))


def read_port(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowPorts:
    """`docker port`."""
    ports = call.operand_values("port")
    return act.ShowPorts(container=_containers(call)[0], port=ports[0] if ports else None)


def read_diff(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowDiff:
    """`docker diff`."""
    return act.ShowDiff(container=_containers(call)[0])


def read_stats(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowStats:
    """`docker stats`."""
    return act.ShowStats(
        targets=_containers(call), all=call.on("--all"), no_stream=call.on("--no-stream"),
        no_trunc=call.on("--no-trunc"), format=read_format(call),
    )  # fmt: skip


def _read_timeout(call: Invocation, rules: Rules, notes: Notes) -> int | None:
    return read_stop_timeout(call.value("--time", "--timeout"), rules.limits, notes)
