"""`docker ps`, `images`, `volume ls`, `network ls`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kb.commands.actions import (
    Filter,
    ListContainers,
    ListImages,
    ListNetworks,
    ListVolumes,
)
from server.sandbox.runner.job import Job, execute
from server.sandbox.runner.ports import Port, show_ports
from server.sandbox.runner.table import Row, columns, natural_key, short_id
from server.sandbox.runner.template import print_rows
from server.sandbox.runner.units import ago, decimal_size, local_time

_COMMAND_WIDTH = 20
_NONE = "<none>"

CONTAINER_COLUMNS = columns(
    ID="CONTAINER ID", Image="IMAGE", Command="COMMAND", RunningFor="CREATED",
    Status="STATUS", Ports="PORTS", Names="NAMES",
)  # fmt: skip
IMAGE_COLUMNS = columns(
    Repository="REPOSITORY", Tag="TAG", ID="IMAGE ID", CreatedSince="CREATED", Size="SIZE"
)
DIGEST_COLUMNS = columns(
    Repository="REPOSITORY", Tag="TAG", Digest="DIGEST", ID="IMAGE ID",
    CreatedSince="CREATED", Size="SIZE",
)  # fmt: skip
VOLUME_COLUMNS = columns(Driver="DRIVER", Name="VOLUME NAME")
NETWORK_COLUMNS = columns(ID="NETWORK ID", Name="NAME", Driver="DRIVER", Scope="SCOPE")


@execute.register
def list_containers(action: ListContainers, job: Job) -> int:
    """`docker ps`."""
    found: Sequence[Mapping[str, Any]] = job.client.containers(
        all=action.all,
        limit=action.last if action.last is not None else -1,
        size=action.size,
        filters=filter_map(action.filters),
    )
    shown = CONTAINER_COLUMNS
    if action.size:
        shown = (*shown, *columns(Size="SIZE"))
    rows = [container_row(each, cut=not action.no_trunc) for each in found]
    return print_rows(job, shown, rows, quiet=action.quiet, template=action.format)


@execute.register
def list_images(action: ListImages, job: Job) -> int:
    """`docker images`."""
    filters = filter_map(action.filters)
    if action.reference is not None:
        filters.setdefault("reference", []).append(action.reference)
    found: Sequence[Mapping[str, Any]] = job.client.images(all=action.all, filters=filters)
    rows = [
        row
        for each in found
        for row in image_rows(each, cut=not action.no_trunc, digests=action.digests)
    ]
    shown = DIGEST_COLUMNS if action.digests else IMAGE_COLUMNS
    return print_rows(job, shown, rows, quiet=action.quiet, template=action.format)


@execute.register
def list_volumes(action: ListVolumes, job: Job) -> int:
    """`docker volume ls`."""
    found: Mapping[str, Any] = job.client.volumes(filters=filter_map(action.filters))
    volumes = sorted(found.get("Volumes") or [], key=lambda each: natural_key(each["Name"]))
    rows = [volume_row(each) for each in volumes]
    return print_rows(
        job, VOLUME_COLUMNS, rows, quiet=action.quiet, template=action.format, name="Name"
    )


@execute.register
def list_networks(action: ListNetworks, job: Job) -> int:
    """`docker network ls`."""
    found: Sequence[Mapping[str, Any]] = job.client.networks(filters=filter_map(action.filters))
    networks = sorted(found, key=lambda each: natural_key(each["Name"]))
    rows = [network_row(each, cut=not action.no_trunc) for each in networks]
    return print_rows(job, NETWORK_COLUMNS, rows, quiet=action.quiet, template=action.format)


def filter_map(filters: Sequence[Filter]) -> dict[str, list[str]]:
    """Return filters as the API takes them; one that is given twice means both."""
    result: dict[str, list[str]] = {}
    for each in filters:
        result.setdefault(each.key, []).append(each.value)
    return result


def container_row(item: Mapping[str, Any], *, cut: bool, now: float | None = None) -> Row:
    """Return the fields of a container as `docker ps` names them."""
    created = float(item.get("Created") or 0)
    networks = (item.get("NetworkSettings") or {}).get("Networks") or {}
    labels = (f"{key}={value}" for key, value in (item.get("Labels") or {}).items())
    volumes = [each for each in item.get("Mounts") or [] if each.get("Driver") == "local"]
    mounts = [str(each.get("Name") or each.get("Source", "")) for each in item.get("Mounts") or []]
    return {
        "ID": short_id(item["Id"]) if cut else item["Id"],
        "Names": _names(item.get("Names") or [], cut=cut),
        "Image": _image_name(item, cut=cut),
        "Command": _command(str(item.get("Command") or ""), cut=cut),
        "CreatedAt": local_time(created),
        "RunningFor": ago(created, time.time() if now is None else now),
        "Ports": show_ports([_port(each) for each in item.get("Ports") or []]),
        "State": str(item.get("State") or ""),
        "Status": str(item.get("Status") or ""),
        "Size": _size(item),
        "Labels": ",".join(labels),
        "Mounts": ",".join(_ellipsis(each, 15) if cut else each for each in mounts),
        "LocalVolumes": str(len(volumes)),
        "Networks": ",".join(networks),
    }


def image_rows(item: Mapping[str, Any], *, cut: bool, digests: bool) -> list[Row]:
    """Return a row for each name of an image, as `docker images` shows it."""
    tagged = _by_repository(item.get("RepoTags") or [], ":")
    hashed = _by_repository(item.get("RepoDigests") or [], "@")
    names: list[tuple[str, str, str]] = []
    for repository, tags in tagged.items():
        own = hashed.pop(repository, [])
        shown = own if digests and own else [_NONE]
        names += [(repository, tag, digest) for tag in tags for digest in shown]
    for repository, own in hashed.items():
        names += [(repository, _NONE, digest) for digest in (own if digests else own[:1])]
    created = float(item.get("Created") or 0)
    rest = {
        "ID": short_id(item["Id"]) if cut else item["Id"],
        "CreatedSince": ago(created, time.time()),
        "CreatedAt": local_time(created),
        "Size": decimal_size(float(item.get("Size") or 0)),
        "VirtualSize": decimal_size(float(item.get("Size") or 0)),
        "Containers": _NOT_KNOWN,
        "SharedSize": _NOT_KNOWN,
        "UniqueSize": _NOT_KNOWN,
    }
    return [
        {"Repository": repository, "Tag": tag, "Digest": digest, **rest}
        for repository, tag, digest in names or [(_NONE, _NONE, _NONE)]
    ]


def volume_row(item: Mapping[str, Any]) -> Row:
    """Return the fields of a volume as `docker volume ls` names them."""
    labels = item.get("Labels") or {}
    return {
        "Name": str(item["Name"]),
        "Driver": str(item.get("Driver") or ""),
        "Scope": str(item.get("Scope") or ""),
        "Mountpoint": str(item.get("Mountpoint") or ""),
        "Labels": ",".join(f"{key}={value}" for key, value in labels.items()),
        "Links": _NOT_KNOWN,
        "Size": _NOT_KNOWN,
    }


def network_row(item: Mapping[str, Any], *, cut: bool) -> Row:
    """Return the fields of a network as `docker network ls` names them."""
    labels = item.get("Labels") or {}
    return {
        "ID": short_id(item["Id"]) if cut else str(item["Id"]),
        "Name": str(item["Name"]),
        "Driver": str(item.get("Driver") or ""),
        "Scope": str(item.get("Scope") or ""),
        "IPv6": json.dumps(bool(item.get("EnableIPv6"))),
        "Internal": json.dumps(bool(item.get("Internal"))),
        "CreatedAt": str(item.get("Created") or ""),
        "Labels": ",".join(f"{key}={value}" for key, value in labels.items()),
    }


_NOT_KNOWN = "N/A"


def _names(names: Sequence[str], *, cut: bool) -> str:
    """Join the names; those with a second part are aliases by a link, which a table leaves out."""
    plain = [name.removeprefix("/") for name in names]
    return ",".join(name for name in plain if not cut or "/" not in name)


def _image_name(item: Mapping[str, Any], *, cut: bool) -> str:
    image, image_id = str(item.get("Image") or ""), str(item.get("ImageID") or "")
    if not image:
        return "<no image>"
    if cut and short_id(image) == short_id(image_id):
        return short_id(image)
    tagged = ":" in image.partition("@")[0].rpartition("/")[2]
    return image.partition("@")[0] if cut and tagged else image


def _command(command: str, *, cut: bool) -> str:
    shown = _ellipsis(command, _COMMAND_WIDTH) if cut else command
    return json.dumps(shown, ensure_ascii=False)


def _ellipsis(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _size(item: Mapping[str, Any]) -> str:
    own, whole = item.get("SizeRw") or 0, item.get("SizeRootFs") or 0
    virtual = f" (virtual {decimal_size(whole)})" if whole > 0 else ""
    return decimal_size(own) + virtual


def _port(item: Mapping[str, Any]) -> Port:
    return Port(
        private=int(item["PrivatePort"]),
        ip=str(item.get("IP") or ""),
        public=int(item.get("PublicPort") or 0),
        protocol=str(item.get("Type") or "tcp"),
    )


def _by_repository(references: Sequence[str], separator: str) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for reference in references:
        repository, _, rest = reference.rpartition(separator)
        if repository != _NONE:
            result.setdefault(repository, []).append(rest)
    return result
