"""What lies about in the sandbox unused for more than a day: found, and removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kb.commands.messages.removal import name_removed
from kb.errors import NeedsConfirmationError
from kb.model import Language
from server.sandbox.engine import Engine, no_reply
from server.sandbox.runner.units import parse_time

if TYPE_CHECKING:
    from docker import APIClient

OLD_S = 24 * 3600.0
"""Age from which something unused is offered for cleaning."""
_TIMEOUT_S = 60.0
_ENDED = ("created", "exited", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldObject:
    """Something that may go."""

    kind: Literal["container", "image", "volume"]
    id: str
    name: str


def clean(engine: Engine, *, confirm: bool, language: Language = "en") -> tuple[str, ...]:
    """Remove stopped containers, dangling images and unused volumes older than a day.

    Args:
        engine: The sandbox.
        confirm: Whether the user has agreed.
        language: In which things are named.

    Returns:
        What was removed; what came into use meanwhile is left.

    Raises:
        NeedsConfirmationError: Something would go, and the user has not agreed yet.
        SandboxError: The daemon does not answer.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        with engine.client(timeout_s=_TIMEOUT_S) as client:
            old = find_old(client, now=time.time())
            if old and not confirm:
                raise _ask_for(old, language)
            removed = [each for each in old if _remove(client, each)]
            return _names(removed, language)
    except (DockerException, RequestException, OSError) as error:
        raise no_reply(error) from error


def find_old(client: APIClient, *, now: float) -> list[OldObject]:
    """Return what may go, containers first: they hold images and volumes.

    Args:
        client: Only asked.
        now: POSIX time in seconds.
    """
    all_containers: Sequence[Mapping[str, Any]] = client.containers(all=True)
    ended = [each for each in all_containers if each.get("State") in _ENDED]
    containers = [each for each in ended if _is_old(float(each["Created"]), now)]
    going = {str(each["Id"]) for each in containers}
    used = {str(each["ImageID"]) for each in all_containers if str(each["Id"]) not in going}
    return [
        *(_container(each) for each in containers),
        *(_image(each) for each in _dangling(client) if _may_go(each, used, now)),
        *(_volume(each) for each in _unused(client) if _is_old(_made(each), now)),
    ]


def _names(old: Sequence[OldObject], language: Language) -> tuple[str, ...]:
    return tuple(name_removed(each.kind, each.name, language=language) for each in old)


def _ask_for(old: Sequence[OldObject], language: Language) -> NeedsConfirmationError:
    victims = _names(old, language)
    counted = victims[0] if len(victims) == 1 else f"{len(victims)} things"
    return NeedsConfirmationError(
        f"cleaning removes {counted}", victims=victims, hint="confirm it to go on"
    )


def _is_old(created: float, now: float) -> bool:
    """Tell whether something is old; what does not tell its age is not."""
    return 0 < created < now - OLD_S


def _dangling(client: APIClient) -> Iterable[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = client.images(filters={"dangling": True})
    return found


def _unused(client: APIClient) -> Iterable[Mapping[str, Any]]:
    found: Mapping[str, Any] = client.volumes(filters={"dangling": True})
    return found.get("Volumes") or []


def _may_go(image: Mapping[str, Any], used: set[str], now: float) -> bool:
    return str(image["Id"]) not in used and _is_old(float(image["Created"]), now)


def _made(volume: Mapping[str, Any]) -> float:
    return parse_time(str(volume.get("CreatedAt") or ""))


def _container(item: Mapping[str, Any]) -> OldObject:
    identity = str(item["Id"])
    names: Sequence[str] = item.get("Names") or [identity[:12]]
    return OldObject(kind="container", id=identity, name=names[0].removeprefix("/"))


def _image(item: Mapping[str, Any]) -> OldObject:
    identity = str(item["Id"])
    return OldObject(kind="image", id=identity, name=identity.removeprefix("sha256:")[:12])


def _volume(item: Mapping[str, Any]) -> OldObject:
    name = str(item["Name"])
    return OldObject(kind="volume", id=name, name=name)


def _remove(client: APIClient, old: OldObject) -> bool:
    """Remove it, never by force; False where it is gone already or was taken into use."""
    from docker.errors import APIError

    removers: Mapping[str, Callable[[str], object]] = {
        "container": lambda identity: client.remove_container(identity, v=True),
        "image": client.remove_image,
        "volume": client.remove_volume,
    }
    try:
        removers[old.kind](old.id)
    except APIError:
        return False
    return True
