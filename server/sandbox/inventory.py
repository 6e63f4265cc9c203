"""What is in the sandbox, for the page: containers with their links, images, volumes, networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.sandbox.driver import Endpoint
from server.sandbox.engine import Engine, no_reply
from server.sandbox.runner.units import parse_time
from server.sandbox.sanitize import make_safe
from server.sandbox.state import (
    ContainerSummary,
    ImageSummary,
    Inventory,
    NetworkSummary,
    PublishedPort,
    VolumeSummary,
)

_TIMEOUT_S = 15.0


def take_inventory(engine: Engine) -> Inventory:
    """Ask the daemon for everything in it.

    Raises:
        SandboxError: It does not answer.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    endpoint = engine.endpoint
    try:
        with engine.client(timeout_s=_TIMEOUT_S) as client:
            volumes: Mapping[str, Any] = client.volumes()
            containers: Sequence[Mapping[str, Any]] = client.containers(all=True)
            links = _links(containers, endpoint)
            return Inventory(
                containers=tuple(_container(each, endpoint, links) for each in containers),
                images=tuple(_image(each) for each in client.images()),
                volumes=tuple(_volume(each) for each in volumes.get("Volumes") or []),
                networks=tuple(_network(each) for each in client.networks()),
            )
    except (DockerException, RequestException, OSError) as error:
        raise no_reply(error) from error


def _links(containers: Sequence[Mapping[str, Any]], endpoint: Endpoint) -> Mapping[int, str] | None:
    """Return where published TCP ports are reached; None where it is their own address."""
    if endpoint.port_links is None:
        return None
    return endpoint.port_links.reach(
        {
            int(port["PublicPort"])
            for each in containers
            for port in _published(each)
            if _protocol(port) == "tcp"
        }
    )


def _published(container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in container.get("Ports") or [] if each.get("PublicPort")]


def _protocol(port: Mapping[str, Any]) -> str:
    return str(port.get("Type") or "tcp")


def _container(
    item: Mapping[str, Any], endpoint: Endpoint, links: Mapping[int, str] | None
) -> ContainerSummary:
    names: Sequence[str] = item.get("Names") or [item["Id"][:12]]
    ports = {_port(each, endpoint, links) for each in _published(item)}
    return ContainerSummary(
        id=str(item["Id"]),
        name=names[0].removeprefix("/"),
        image=str(item.get("Image") or ""),
        command=make_safe(str(item.get("Command") or "")),
        state=str(item.get("State") or ""),
        status=str(item.get("Status") or ""),
        created=float(item.get("Created") or 0),
        ports=tuple(sorted(ports, key=lambda port: (port.container_port, port.host_port))),
    )


def _port(
    item: Mapping[str, Any], endpoint: Endpoint, links: Mapping[int, str] | None
) -> PublishedPort:
    protocol, public = _protocol(item), int(item["PublicPort"])
    given = str(item.get("IP") or "")
    anywhere = given in {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    host = endpoint.ports_host if anywhere else given
    link = f"{host}:{public}" if links is None else links.get(public, "")
    return PublishedPort(
        container_port=int(item["PrivatePort"]),
        protocol=protocol,
        host=host,
        host_port=public,
        url=f"http://{link}/" if link and protocol == "tcp" else "",
    )


def _image(item: Mapping[str, Any]) -> ImageSummary:
    tags = tuple(tag for tag in item.get("RepoTags") or [] if tag != "<none>:<none>")
    return ImageSummary(
        id=str(item["Id"]),
        tags=tags,
        size_bytes=int(item.get("Size") or 0),
        created=float(item.get("Created") or 0),
    )


def _volume(item: Mapping[str, Any]) -> VolumeSummary:
    return VolumeSummary(
        name=str(item["Name"]),
        driver=str(item.get("Driver") or ""),
        created=parse_time(str(item.get("CreatedAt") or "")),
    )


def _network(item: Mapping[str, Any]) -> NetworkSummary:
    return NetworkSummary(
        id=str(item["Id"]), name=str(item["Name"]), driver=str(item.get("Driver") or "")
    )
