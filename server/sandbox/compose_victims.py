"""What a Compose command would remove: the objects that carry the label of its project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kb.commands.actions import RunCompose
from kb.commands.messages.removal import name_container, name_of_project, name_removed
from kb.model import Language
from server.sandbox.runner.compose_files import DEFAULT_PROJECT
from server.sandbox.runner.listed import first_name

if TYPE_CHECKING:
    from docker import APIClient

_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_STOPPED = frozenset({"created", "exited", "dead"})


def find_compose_victims(action: RunCompose, client: APIClient, language: Language) -> list[str]:
    """Return what would go, as a person would name it; empty where nothing would.

    What `--remove-orphans` takes depends on the file, and only Compose knows it: then the command
    itself is named.

    Raises:
        DockerException: The daemon cannot be asked.
    """
    project = action.project.name or DEFAULT_PROJECT
    filters = {"label": [f"{_PROJECT}={project}"]}
    if action.verb not in {"down", "rm"}:
        return [name_of_project(action.verb, language=language)]
    containers = _containers(action, client, filters)
    found = [_name_container(each, language) for each in containers]
    if action.verb == "down":
        found += _networks(client, filters, language)
        if "--volumes" in action.arguments:
            found += _volumes(client, filters, language)
        if "--rmi=all" in action.arguments:
            images = dict.fromkeys(str(each["Image"]) for each in containers)
            found += [name_removed("image", image, language=language) for image in images]
        elif "--rmi=local" in action.arguments:
            found.append(name_of_project(action.verb, language=language))
    return found


def _containers(
    action: RunCompose, client: APIClient, filters: dict[str, list[str]]
) -> list[Mapping[str, Any]]:
    """Return the containers that go: `rm` takes stopped ones, unless it stops them first."""
    listed: Sequence[Mapping[str, Any]] = client.containers(all=True, filters=filters)
    any_state = action.verb == "down" or "--stop" in action.arguments
    return [
        each
        for each in listed
        if (any_state or each.get("State") in _STOPPED)
        and (not action.services or (each.get("Labels") or {}).get(_SERVICE) in action.services)
    ]


def _name_container(item: Mapping[str, Any], language: Language) -> str:
    return name_container(
        first_name(item),
        str(item["Image"]),
        running=item.get("State") == "running",
        language=language,
    )


def _networks(client: APIClient, filters: dict[str, list[str]], language: Language) -> list[str]:
    networks: Sequence[Mapping[str, Any]] = client.networks(filters=filters)
    return [name_removed("network", str(each["Name"]), language=language) for each in networks]


def _volumes(client: APIClient, filters: dict[str, list[str]], language: Language) -> list[str]:
    found: Mapping[str, Any] = client.volumes(filters=filters)
    volumes = found.get("Volumes") or []
    return [name_removed("volume", str(each["Name"]), language=language) for each in volumes]
