"""Says who has a name or a port that a command wanted, after the daemon's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kb.commands.messages.collision import (
    find_collision,
    tell_left_over,
    tell_taken_name,
    tell_taken_network,
    tell_taken_port,
)
from server.sandbox.runner.job import Job


def explain_collision(job: Job, error: Exception, *, made: str = "") -> None:
    """Tell what is taken and by whom; silent for any other error.

    Args:
        job: Where to tell it, and whom to ask.
        error: What the daemon refused with.
        made: Id of a container that was made before it failed; it keeps its name.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    found = find_collision(str(getattr(error, "explanation", None) or error))
    if found is None:
        return
    try:
        if found.kind == "container":
            job.error(_of_name(job, found.value))
        elif found.kind == "network":
            job.error(tell_taken_network(found.value, language=job.language))
        else:
            job.error(_of_port(job, int(found.value)))
        if made:
            details: Mapping[str, Any] = job.client.inspect_container(made)
            name = str(details["Name"]).removeprefix("/")
            job.error(tell_left_over(name, language=job.language))
    except (DockerException, RequestException):
        return  # gone meanwhile, and the collision with it


def _of_name(job: Job, name: str) -> str:
    details: Mapping[str, Any] = job.client.inspect_container(name)
    return tell_taken_name(
        name,
        image=str(details["Config"].get("Image", "")),
        state=str(details["State"].get("Status", "")),
        taken={each for item in _containers(job) for each in _names(item)},
        language=job.language,
    )


def _of_port(job: Job, port: int) -> str:
    owners = {
        int(each["PublicPort"]): (_names(item) or [""])[0]
        for item in _containers(job)
        for each in item.get("Ports") or []
        if each.get("PublicPort")
    }
    owner = owners.get(port, "")
    return tell_taken_port(port, owner=owner, taken=owners, language=job.language)


def _containers(job: Job) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = job.client.containers(all=True)
    return found


def _names(item: Mapping[str, Any]) -> list[str]:
    return [str(each).removeprefix("/") for each in item.get("Names") or []]
