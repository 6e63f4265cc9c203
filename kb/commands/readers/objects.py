"""What is done with volumes and networks, and clearing up."""

from __future__ import annotations

from kb.commands import actions as act
from kb.commands.container.confinement import read_labels, refuse_volume_driver
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.readers.options import read_filters
from kb.commands.texts import Saying, refused

Notes = list[Saying]


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
    network, container = call.operand_values("network")[0], call.operand_values("container")[0]
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
        filters=read_filters(call),
    )  # fmt: skip
