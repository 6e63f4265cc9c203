"""A daemon's error that tells of a name or port which is taken, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from kb.commands.texts import say
from kb.model import Language

_CONTAINER = re.compile(r'container name "/?(?P<value>[^"]+)" is already in use by container')
_NETWORK = re.compile(r"network with name (?P<value>\S+) already exists")
_PORT = re.compile(
    r":(?P<value>\d{1,5}) failed: port is already allocated"
    r"|listen \w+ \S*:(?P<listened>\d{1,5}): bind: address already in use"
)
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Collision:
    """What is taken."""

    kind: Literal["container", "network", "port"]
    value: str
    """The name, or the port's number."""


def find_collision(said: str) -> Collision | None:
    """Return what a daemon's error says is taken; None for any other error.

    Args:
        said: The daemon's own words (Engine API 1.24 to 1.5x).
    """
    if found := _CONTAINER.search(said):
        return Collision("container", found["value"])
    if found := _NETWORK.search(said):
        return Collision("network", found["value"])
    if found := _PORT.search(said):
        return Collision("port", found["value"] or found["listened"])
    return None


def tell_taken_name(
    name: str, *, image: str, state: str, taken: Container[str], language: Language
) -> str:
    """Return who has a container's name, and the commands that lead on.

    Args:
        name: The name.
        image: What the container that has it was made of.
        state: How that container is, as the daemon calls it: `running`, `exited`, ….
        taken: Every name that is in use.
        language: Of the text.
    """
    free = _free_name(name, taken)
    if state in {"running", "restarting"}:
        return say("collision.running", language, name=name, image=image, free=free)
    if state == "paused":
        return say("collision.paused", language, name=name, image=image, free=free)
    return say("collision.stopped", language, name=name, image=image, free=free)


def tell_taken_network(name: str, *, language: Language) -> str:
    """Return what can be done where a network of that name is there already."""
    return say("collision.network", language, name=name)


def tell_taken_port(port: int, *, owner: str, taken: Container[int], language: Language) -> str:
    """Return who publishes a port, and how to get on.

    Args:
        port: The port on the sandbox's address.
        owner: The container that publishes it; empty where none does.
        taken: Every port that is published.
        language: Of the text.
    """
    free = next((each for each in range(port + 1, _LAST_PORT) if each not in taken), _LAST_PORT)
    if owner:
        return say("collision.published", language, port=port, owner=owner, free=free)
    return say("collision.port", language, port=port, free=free)


def tell_left_over(name: str, *, language: Language) -> str:
    """Return that a container was made but could not be started, and keeps its name."""
    return say("collision.left_over", language, name=name)


def _free_name(name: str, taken: Container[str]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
