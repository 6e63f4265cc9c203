"""What a destroying command would remove, in words; the daemon is only asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from kb.commands.actions import (
    Action,
    ForEachListed,
    Prune,
    RemoveImages,
    RemoveNetworks,
    RemoveVolumes,
    RunCompose,
    Targeted,
)
from kb.commands.removal import (
    name_build_cache,
    name_container,
    name_removed,
)
from kb.model import Language
from server.sandbox.engine import Engine, no_reply
from server.sandbox.listed import first_name, passes_filters

if TYPE_CHECKING:
    from docker import APIClient

_ASK_TIMEOUT_S = 30.0
_NOT_FOUND = 404


def find_victims(action: Action, engine: Engine, *, language: Language = "en") -> tuple[str, ...]:
    """Return what would go, as a person would name it; empty where nothing would.

    Raises:
        SandboxError: The daemon does not answer.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        with engine.client(timeout_s=_ASK_TIMEOUT_S) as client:
            return tuple(_victims(action, client, language))
    except (DockerException, RequestException, OSError) as error:
        raise no_reply(error) from error


def _victims(action: Action, client: APIClient, language: Language) -> list[str]:
    if isinstance(action, ForEachListed):
        return _victims(_with_listed(action, client), client, language)
    if isinstance(action, Prune):
        return _prunable(action, client, language)
    if isinstance(action, RunCompose):
        from server.sandbox.compose_victims import find_compose_victims

        return find_compose_victims(action, client, language)
    name_of = _namer(action, language)
    return [name for each in getattr(action, "targets", ()) if (name := name_of(client, each))]


def _namer(action: Action, language: Language) -> Callable[[APIClient, str], str]:
    """Return what names a target of the action; it returns nothing for one that is not there."""
    if isinstance(action, RemoveImages):
        return partial(_image, language=language)
    if isinstance(action, RemoveVolumes):
        return partial(_plain, kind="volume", language=language)
    if isinstance(action, RemoveNetworks):
        return partial(_plain, kind="network", language=language)
    return partial(_container, language=language)


def _with_listed(action: ForEachListed, client: APIClient) -> Targeted:
    from server.sandbox.runner.each import listed_names

    names = listed_names(action.listing, client)
    return replace(action.action, targets=(*action.action.targets, *names))


def _plain(
    client: APIClient, name: str, *, kind: Literal["volume", "network"], language: Language
) -> str:
    return name_removed(kind, name, language=language) if _look(client, kind, name) else ""


def _container(client: APIClient, name: str, *, language: Language) -> str:
    details = _look(client, "container", name)
    if details is None:
        return ""
    return name_container(
        str(details["Name"]).removeprefix("/"),
        str(details["Config"].get("Image", "?")),
        running=bool(details["State"].get("Running")),
        language=language,
    )


def _image(client: APIClient, name: str, *, language: Language) -> str:
    details = _look(client, "image", name)
    if details is None:
        return ""
    tags = details.get("RepoTags") or []
    return name_removed("image", tags[0] if len(tags) == 1 else name, language=language)


def _look(client: APIClient, kind: str, name: str) -> Mapping[str, Any] | None:
    from docker.errors import APIError

    looks = {
        "container": client.inspect_container,
        "image": client.inspect_image,
        "volume": client.inspect_volume,
        "network": client.inspect_network,
    }
    try:
        details: Mapping[str, Any] = looks[kind](name)
    except APIError as error:
        if error.status_code == _NOT_FOUND:
            return None
        raise
    return details


def _prunable(action: Prune, client: APIClient, language: Language) -> list[str]:
    from server.sandbox.runner.prune import unused_volumes

    found: list[str] = []
    named = partial(name_removed, language=language)
    whole = action.kind == "system"
    if whole or action.kind == "containers":
        stopped = {"status": ["created", "exited", "dead"]}
        ended: Sequence[Mapping[str, Any]] = client.containers(all=True, filters=stopped)
        found += [
            named("container", first_name(each))
            for each in ended
            if passes_filters(each, action.filters)
        ]
    if whole or action.kind == "images":
        found += [named("image", name) for name in _prunable_images(action, client)]
    if action.kind == "volumes" or (whole and action.volumes):
        found += [named("volume", name) for name in unused_volumes(client, action)]
    if whole or action.kind == "networks":
        found += [named("network", name) for name in _prunable_networks(action, client)]
    if whole or action.kind == "build_cache":
        found.append(name_build_cache(language=language))
    return found


def _prunable_images(action: Prune, client: APIClient) -> list[str]:
    filters = {} if action.all else {"dangling": ["true"]}
    used = {str(each["ImageID"]) for each in client.containers(all=True)}
    images: Sequence[Mapping[str, Any]] = client.images(filters=filters)
    return [
        str((each.get("RepoTags") or [str(each["Id"])[7:19]])[0])
        for each in images
        if str(each["Id"]) not in used and passes_filters(each, action.filters)
    ]


def _prunable_networks(action: Prune, client: APIClient) -> list[str]:
    networks: Sequence[Mapping[str, Any]] = client.networks(filters={"type": ["custom"]})
    return [
        str(each["Name"])
        for each in networks
        if passes_filters(each, action.filters)
        and not client.inspect_network(each["Id"]).get("Containers")
    ]
