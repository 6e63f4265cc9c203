"""`docker volume` and `docker network`: create, remove, connect, disconnect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.commands.actions import (
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    RemoveNetworks,
    RemoveVolumes,
)
from server.sandbox.runner.job import Job, execute, for_each

_NOT_FOUND = 404


@execute.register
def create_volume(action: CreateVolume, job: Job) -> int:
    """`docker volume create`."""
    body = {"name": action.name, "driver": "local", "labels": dict(action.labels)}
    job.sent["volume"] = body
    made: Mapping[str, Any] = job.client.create_volume(
        name=action.name, driver="local", labels=dict(action.labels)
    )
    job.line(str(made["Name"]))
    return 0


@execute.register
def remove_volumes(action: RemoveVolumes, job: Job) -> int:
    """`docker volume rm`."""

    def act(name: str) -> None:
        job.client.remove_volume(name, force=action.force)

    return for_each(job, action.targets, act)


@execute.register
def create_network(action: CreateNetwork, job: Job) -> int:
    """`docker network create`."""
    options: dict[str, Any] = {
        "driver": "bridge",
        "internal": action.internal,
        "attachable": action.attachable,
        "labels": dict(action.labels),
    }
    job.sent["network"] = {"name": action.name, **options}
    made: Mapping[str, Any] = job.client.create_network(
        action.name, check_duplicate=True, **options
    )
    job.line(str(made["Id"]))
    return 0


@execute.register
def remove_networks(action: RemoveNetworks, job: Job) -> int:
    """`docker network rm`."""
    from docker.errors import APIError

    def act(name: str) -> None:
        try:
            job.client.remove_network(name)
        except APIError as error:
            if not (action.force and error.status_code == _NOT_FOUND):
                raise

    return for_each(job, action.targets, act)


@execute.register
def connect(action: ConnectNetwork, job: Job) -> int:
    """`docker network connect`."""
    aliases = list(action.aliases) or None
    job.sent["connect"] = {
        "container": action.container, "network": action.network, "aliases": aliases
    }  # fmt: skip
    job.client.connect_container_to_network(action.container, action.network, aliases=aliases)
    return 0


@execute.register
def disconnect(action: DisconnectNetwork, job: Job) -> int:
    """`docker network disconnect`."""
    job.client.disconnect_container_from_network(
        action.container, action.network, force=action.force
    )
    return 0
