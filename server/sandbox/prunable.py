"""What a `prune` would remove, in words; the daemon is only asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from kb.commands.actions import Prune
from kb.commands.messages.removal import name_build_cache, name_removed
from kb.model import Language
from server.sandbox.runner.listed import first_name, passes_filters

if TYPE_CHECKING:
    from docker import APIClient

_ENDED = ("created", "exited", "dead")
_ASK_CONTAINERS = frozenset({"system", "containers", "images"})
_Listed = Sequence[Mapping[str, Any]]


def find_prunable(action: Prune, client: APIClient, language: Language) -> list[str]:
    """Return what would go, as a person would name it.

    A prune of the whole system removes containers first: what they alone use goes too.

    Raises:
        InvalidInputError: A filter cannot be understood.
        docker.errors.APIError: The daemon does not take a filter.
    """
    whole = action.kind == "system"
    containers: _Listed = client.containers(all=True) if action.kind in _ASK_CONTAINERS else ()
    going = [each for each in containers if _goes(each, action)]
    staying = [each for each in containers if each not in going] if whole else containers
    named = partial(name_removed, language=language)
    found: list[str] = []
    if whole or action.kind == "containers":
        found += [named("container", first_name(each)) for each in going]
    if whole or action.kind == "images":
        found += [named("image", name) for name in _images(action, client, staying)]
    if action.kind == "volumes" or (whole and action.volumes):
        found += [named("volume", name) for name in _volumes(action, client, containers, staying)]
    if whole or action.kind == "networks":
        found += [named("network", name) for name in _networks(action, client)]
    if whole or action.kind == "build_cache":
        found.append(name_build_cache(language=language))
    return found


def _goes(container: Mapping[str, Any], action: Prune) -> bool:
    return container["State"] in _ENDED and passes_filters(container, action.filters)


def _images(action: Prune, client: APIClient, staying: _Listed) -> list[str]:
    filters = {} if action.all else {"dangling": ["true"]}
    images: _Listed = client.images(filters=filters)
    return [
        name
        for each in images
        if passes_filters(each, action.filters)
        for name in _names_lost(each, staying)
    ]


def _names_lost(image: Mapping[str, Any], staying: _Listed) -> Sequence[str]:
    """Return the names that an image may lose; one in use loses all but one.

    Which one, the daemon's store decides: the last by the alphabet, or that of the container.
    """
    names: Sequence[str] = image.get("RepoTags") or [str(image["Id"])[7:19]]
    users = [each for each in staying if str(each["ImageID"]) == str(image["Id"])]
    if not users:
        return names
    last = max(names)
    is_kept = len(names) == 1 or all(each.get("Image") == last for each in users)
    return [name for name in names if name != last or not is_kept]


def _volumes(
    action: Prune, client: APIClient, containers: _Listed, staying: _Listed
) -> Sequence[str]:
    from server.sandbox.runner.prune import unused_volumes

    return unused_volumes(client, action, freed=_mounted(containers) - _mounted(staying))


def _mounted(containers: _Listed) -> set[str]:
    """Return the names of the volumes that the containers have."""
    mounts = [mount for each in containers for mount in each.get("Mounts") or []]
    return {str(mount["Name"]) for mount in mounts if mount.get("Name")}


def _networks(action: Prune, client: APIClient) -> list[str]:
    networks: _Listed = client.networks(filters={"type": ["custom"]})
    return [
        str(each["Name"])
        for each in networks
        if passes_filters(each, action.filters)
        and not client.inspect_network(each["Id"]).get("Containers")
    ]
