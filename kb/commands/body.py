"""A container as the Docker Engine API (1.41) wants it, hardened, and the check of any such body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from kb.commands.container import ContainerSpec
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.errors import CommandRefusedError


class LogConfig(TypedDict):
    """`HostConfig.LogConfig`."""

    Type: str
    Config: dict[str, str]


class HostConfig(TypedDict, total=False):
    """`HostConfig` of a create request, only with keys that may be sent."""

    LogConfig: LogConfig


class CreateBody(TypedDict, total=False):
    """The body of `POST /containers/create`."""

    Image: str
    HostConfig: HostConfig


def create_body(
    spec: ContainerSpec, *, host_ip: str, labels: Mapping[str, str] | None = None,
    remove: bool = False, rules: Rules = DEFAULT_RULES,
) -> CreateBody:  # fmt: skip
    """Return the hardened body of `POST /containers/create?name=<spec.name>`.

    Args:
        spec: The container.
        host_ip: The sandbox's address that ports are published at.
        labels: The sandbox's own labels.
        remove: Let the daemon remove the container when it has ended (`AutoRemove`).
        rules: The limits to inject.
    """
    return {}


def harden_body(
    body: Mapping[str, object], *, host_ip: str, rules: Rules = DEFAULT_RULES
) -> dict[str, object]:
    """Return a body of another program (Compose) with our limits put in; `check_body` still decides."""
    return dict(body)


def check_body(body: Mapping[str, object], *, rules: Rules = DEFAULT_RULES) -> None:
    """Second check, on what is about to be sent: keys and values against an allow-list.

    Raises:
        CommandRefusedError: Something in the body is not on the list; `code` is the reason code.
    """
    raise CommandRefusedError("no body is let pass yet", code="body_not_allowed")
