"""`docker container prune` and the like."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from kb.commands.actions import Prune
from kb.commands.values.quantities import parse_bool
from server.sandbox.runner.images import print_removed
from server.sandbox.runner.job import Job, execute
from server.sandbox.runner.listed import passes_filters
from server.sandbox.runner.listings import filter_map
from server.sandbox.runner.units import decimal_size

if TYPE_CHECKING:
    from docker import APIClient

_CHOSEN_HERE = frozenset({"all", "label!", "until"})
"""Filters of a prune that the daemon's listing of volumes does not take."""


@execute.register
def prune(action: Prune, job: Job) -> int:
    """`docker container|image|volume|network|builder|system prune`."""
    kinds = _kinds(action)
    freed = sum(_STEPS[kind](action, job) for kind in kinds)
    if kinds != ("networks",):
        job.line(f"Total reclaimed space: {decimal_size(freed, digits=4)}")
    return 0


def _kinds(action: Prune) -> tuple[str, ...]:
    if action.kind != "system":
        return (action.kind,)
    volumes = ("volumes",) if action.volumes else ()
    return ("containers", "networks", *volumes, "images", "build_cache")


def unused_volumes(
    client: APIClient, action: Prune, *, freed: Collection[str] = frozenset()
) -> list[str]:
    """Return the volumes that a prune removes: unused, and without a name unless all are meant.

    Before API 1.42 the daemon's own prune takes the named ones too; so the choice is made here.
    `--all` of `docker system prune` means images alone.

    Args:
        client: Only asked.
        action: The prune.
        freed: Volumes in use by containers that go before.
    """
    asked = filter_map([each for each in action.filters if each.key not in _CHOSEN_HERE])
    volumes = _listed(client, {**asked, "dangling": ["true"]})
    if freed:
        volumes += [each for each in _listed(client, asked) if str(each["Name"]) in freed]
    whole = _takes_named(action)
    return [
        str(each["Name"])
        for each in volumes
        if (whole or _is_anonymous(each)) and passes_filters(each, action.filters)
    ]


def _takes_named(action: Prune) -> bool:
    asked = any(each.key == "all" and parse_bool(each.value) for each in action.filters)
    return asked or (action.all and action.kind == "volumes")


def _listed(client: APIClient, filters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: Mapping[str, Any] = client.volumes(filters=dict(filters))
    return list(found.get("Volumes") or [])


def _is_anonymous(volume: Mapping[str, Any]) -> bool:
    name, labels = str(volume["Name"]), volume.get("Labels") or {}
    made_up = len(name) == 64 and all(char in "0123456789abcdef" for char in name)
    return "com.docker.volume.anonymous" in labels or made_up


def _containers(action: Prune, job: Job) -> float:
    result: Mapping[str, Any] = job.client.prune_containers(filters=filter_map(action.filters))
    _tell(job, "Deleted Containers:", result.get("ContainersDeleted"))
    return float(result.get("SpaceReclaimed") or 0)


def _images(action: Prune, job: Job) -> float:
    filters = {**filter_map(action.filters), "dangling": ["false" if action.all else "true"]}
    result: Mapping[str, Any] = job.client.prune_images(filters=filters)
    removed = result.get("ImagesDeleted") or []
    if removed:
        job.line("Deleted Images:")
        print_removed(job, removed)
        job.line()
    return float(result.get("SpaceReclaimed") or 0)


def _volumes(action: Prune, job: Job) -> float:
    names = unused_volumes(job.client, action)
    usage: Mapping[str, Any] = job.client.df()
    sizes = {
        str(each["Name"]): float((each.get("UsageData") or {}).get("Size") or 0)
        for each in usage.get("Volumes") or []
    }
    for name in names:
        job.client.remove_volume(name)
    _tell(job, "Deleted Volumes:", names)
    return sum(max(0.0, sizes.get(name, 0.0)) for name in names)


def _networks(action: Prune, job: Job) -> float:
    result: Mapping[str, Any] = job.client.prune_networks(filters=filter_map(action.filters))
    _tell(job, "Deleted Networks:", result.get("NetworksDeleted"))
    return 0.0


def _build_cache(action: Prune, job: Job) -> float:
    filters: Any = filter_map(action.filters)  # the stubs know fewer of them than the daemon
    result: Mapping[str, Any] = job.client.prune_builds(filters=filters, all=action.all)
    _tell(job, "Deleted build cache objects:", result.get("CachesDeleted"))
    return float(result.get("SpaceReclaimed") or 0)


def _tell(job: Job, title: str, names: list[str] | None) -> None:
    if names:
        job.line(title)
        for name in names:
            job.line(name)
        job.line()


_STEPS: Mapping[str, Callable[[Prune, Job], float]] = {
    "containers": _containers,
    "images": _images,
    "volumes": _volumes,
    "networks": _networks,
    "build_cache": _build_cache,
}
