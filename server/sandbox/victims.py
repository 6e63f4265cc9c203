"""What a destroying command would remove, in words; the daemon is only asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from kb.commands.messages.removal import name_container, name_removed
from kb.errors import InvalidInputError
from kb.model import Language
from server.sandbox.engine import Engine, no_reply
from server.sandbox.prunable import find_prunable

if TYPE_CHECKING:
    from docker import APIClient

_ASK_TIMEOUT_S = 30.0
_NOT_FOUND = 404


def find_victims(action: Action, engine: Engine, *, language: Language = "en") -> tuple[str, ...]:
    """Return what would go, as a person would name it; empty where nothing would.

    Raises:
        InvalidInputError: The daemon does not take the question (an unknown filter).
        SandboxError: The daemon does not answer.
    """
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    from server.sandbox.runner.job import daemon_error

    try:
        with engine.client(timeout_s=_ASK_TIMEOUT_S) as client:
            return tuple(_victims(action, client, language))
    except APIError as error:
        if error.is_client_error():
            raise InvalidInputError(daemon_error(error)) from error
        raise no_reply(error) from error
    except (DockerException, RequestException, OSError) as error:
        raise no_reply(error) from error


def _victims(action: Action, client: APIClient, language: Language) -> list[str]:
    if isinstance(action, ForEachListed):
        return _victims(_with_listed(action, client), client, language)
    if isinstance(action, Prune):
        return find_prunable(action, client, language)
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
