"""Listings, inspection, and what the daemon tells of itself."""

from __future__ import annotations

from typing import cast, get_args

from kb.commands import actions as act
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.readers.options import read_filters, read_format
from kb.commands.texts import Saying, refused
from kb.commands.values.quantities import parse_count

Notes = list[Saying]


def read_ps(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListContainers:
    """`docker ps`."""
    last = parse_count(call.value("--last") or "")
    if last is not None and last <= 0:
        last = None
    return act.ListContainers(
        all=call.on("--all"), quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"),
        size=call.on("--size"), last=1 if call.on("--latest") else last,
        filters=read_filters(call), format=read_format(call),
    )  # fmt: skip


def read_images(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListImages:
    """`docker images`."""
    references = call.operand_values("repository")
    return act.ListImages(
        all=call.on("--all"), quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"),
        digests=call.on("--digests"), reference=references[0] if references else None,
        filters=read_filters(call), format=read_format(call),
    )  # fmt: skip


def read_volume_ls(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListVolumes:
    """`docker volume ls`."""
    return act.ListVolumes(
        quiet=call.on("--quiet"), filters=read_filters(call), format=read_format(call)
    )


def read_network_ls(call: Invocation, _rules: Rules, _notes: Notes) -> act.ListNetworks:
    """`docker network ls`."""
    return act.ListNetworks(
        quiet=call.on("--quiet"), no_trunc=call.on("--no-trunc"), filters=read_filters(call),
        format=read_format(call),
    )  # fmt: skip


def read_version(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowVersion:
    """`docker version` and `docker --version`."""
    return act.ShowVersion(short=call.on("--version"), format=read_format(call))


def read_info(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowInfo:
    """`docker info`."""
    return act.ShowInfo(format=read_format(call))


def read_df(call: Invocation, _rules: Rules, _notes: Notes) -> act.ShowDiskUsage:
    """`docker system df`."""
    return act.ShowDiskUsage(format=read_format(call))


def read_inspect(call: Invocation, _rules: Rules, _notes: Notes) -> act.InspectObjects:
    """`docker inspect` and the `inspect` of each group."""
    group = call.command.path.split()[0]
    kind = group if group != "inspect" else call.value("--type") or "any"
    if kind not in get_args(act.InspectKind):
        raise refused("invalid_value", key="problem.inspect_type", value=kind)
    return act.InspectObjects(
        targets=tuple(operand.value for operand in call.operands),
        kind=cast("act.InspectKind", kind), format=read_format(call),
    )  # fmt: skip
