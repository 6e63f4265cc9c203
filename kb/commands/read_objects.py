"""Listings, inspection, and what is done to containers, volumes and networks that exist."""

from __future__ import annotations

from typing import cast, get_args

from kb.commands import actions as act
from kb.commands.confinement import read_labels, refuse_volume_driver
from kb.commands.grammar import Invocation
from kb.commands.limits import Rules
from kb.commands.quantities import parse_count
from kb.commands.read_run import refuse_terminal
from kb.commands.template import parse_template
from kb.commands.texts import Saying, refused, saying

Notes = list[Saying]


def _filters(call: Invocation) -> tuple[act.Filter, ...]:
    filters = []
    for value in call.values("--filter"):
        key, equals, content = value.partition("=")
        if not equals or not key:
            raise refused("invalid_value", key="problem.filter", value=value)
        filters.append(act.Filter(key=key.strip().lower(), value=content.strip()))
    return tuple(filters)


def _format(call: Invocation) -> str | None:
    template = call.value("--format")
    if not template or template == "table":
        return None
    parse_template(template)
    return template


def _seconds(call: Invocation, rules: Rules, notes: Notes) -> int | None:
    number = parse_count(call.value("--time", "--timeout") or "")
    limit = rules.limits.stop_timeout_s
    if number is not None and not 0 <= number <= limit:
        notes.append(saying("note.stop_timeout_capped", limit=limit))
        return limit
    return number


# --- listings --------------------------------------------------------------------------------


def read_ps(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListContainers:
    """`docker ps`."""
    last = parse_count(call.value("--last") or "")
    if last is not None and last <= 0:
        last = None
    return act.ListContainers(
        all=call.on("--all"), quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"),
        size=call.on("--size"), last=1 if call.on("--latest") else last,
        filters=_filters(call), format=_format(call),
    )  # fmt: skip


def read_images(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListImages:
    """`docker images`."""
    references = call.operand_values("repository")
    return act.ListImages(
        all=call.on("--all"), quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"),
        digests=call.on("--digests"), reference=references[0] if references else None,
        filters=_filters(call), format=_format(call),
    )  # fmt: skip


def read_volume_ls(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListVolumes:
    """`docker volume ls`."""
    return act.ListVolumes(quiet=call.on("--quiet"), filters=_filters(call), format=_format(call))


def read_network_ls(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListNetworks:
    """`docker network ls`."""
    return act.ListNetworks(
        quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"), filters=_filters(call),
        format=_format(call),
    )  # fmt: skip


def read_version(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowVersion:
    """`docker version` and `docker --version`."""
    return act.ShowVersion(short=call.on("--version"), format=_format(call))


def read_info(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowInfo:
    """`docker info`."""
    return act.ShowInfo(format=_format(call))


def read_df(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowDiskUsage:
    """`docker system df`."""
    return act.ShowDiskUsage(format=_format(call))


def read_inspect(call: Invocation, _rules: Rules, _notes: Notes) -> act.InspectObjects:
    """`docker inspect` and the `inspect` of each group."""
    group = call.command.path.split()[0]
    kind = group if group != "inspect" else call.value("--type") or "any"
    if kind not in get_args(act.InspectKind):
        raise refused("invalid_value", key="problem.inspect_type", value=kind)
    return act.InspectObjects(
        targets=tuple(operand.value for operand in call.operands),
        kind=cast("act.InspectKind", kind), format=_format(call),
    )  # fmt: skip


# --- containers ------------------------------------------------------------------------------


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
        targets=_containers(call), timeout_s=_seconds(call, rules, notes),
        signal=call.value("--signal"),
    )  # fmt: skip


def read_restart_command(call: Invocation, rules: Rules, notes: Notes) -> act.RestartContainers:
    """`docker restart`."""
    return act.RestartContainers(
        targets=_containers(call), timeout_s=_seconds(call, rules, notes),
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
        no_trunc=call.on("--no-trunc"), format=_format(call),
    )  # fmt: skip


# --- volumes and networks --------------------------------------------------------------------


def read_volume_create(call: Invocation, rules: Rules, notes: Notes) -> act.CreateVolume:
    """`docker volume create`."""
    refuse_volume_driver(call.value("--driver"))
    names = (*call.operand_values("new-volume"), *call.values("--name"))
    if len(names) > 1:
        raise refused("conflicting_flags", first="--name", second=names[0])
    return act.CreateVolume(
        name=names[0] if names else None, labels=read_labels(call.values("--label"), rules, notes)
    )


def read_volume_rm(call: Invocation, _rules: Rules, _notes: Notes) -> act.RemoveVolumes:
    """`docker volume rm`."""
    return act.RemoveVolumes(targets=call.operand_values("volume"), force=call.on("--force"))


def read_network_create(call: Invocation, rules: Rules, notes: Notes) -> act.CreateNetwork:
    """`docker network create`."""
    driver = call.value("--driver")
    if driver not in {None, "", "bridge"}:
        raise refused("network_options", part=f"--driver {driver}")
    return act.CreateNetwork(
        name=call.operand_values("new-network")[0], internal=call.on("--internal"),
        attachable=call.on("--attachable"),
        labels=read_labels(call.values("--label"), rules, notes),
    )  # fmt: skip


def read_network_rm(call: Invocation, _rules: Rules, _notes: Notes) -> act.RemoveNetworks:
    """`docker network rm`."""
    return act.RemoveNetworks(targets=call.operand_values("network"), force=call.on("--force"))


def _network_and_container(call: Invocation) -> tuple[str, str]:
    network, container = call.operand_values("network")[0], _containers(call)[0]
    if network == "host":
        raise refused("host_namespace", part="host")
    return network, container


def read_connect(call: Invocation, _rules: Rules, _notes: Notes) -> act.ConnectNetwork:
    """`docker network connect`."""
    network, container = _network_and_container(call)
    return act.ConnectNetwork(network=network, container=container, aliases=call.values("--alias"))


def read_disconnect(call: Invocation, _rules: Rules, _notes: Notes) -> act.DisconnectNetwork:
    """`docker network disconnect`."""
    network, container = _network_and_container(call)
    return act.DisconnectNetwork(network=network, container=container, force=call.on("--force"))


_PRUNED: dict[str, act.PruneKind] = {
    "container prune": "containers", "image prune": "images", "volume prune": "volumes",
    "network prune": "networks", "system prune": "system", "builder prune": "build_cache",
}  # fmt: skip


def read_prune(call: Invocation, _rules: Rules, _notes: Notes) -> act.Prune:
    """Every `prune`."""
    return act.Prune(
        kind=_PRUNED[call.command.path], all=call.on("--all"), volumes=call.on("--volumes"),
        filters=_filters(call),
    )  # fmt: skip
