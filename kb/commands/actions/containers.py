"""What is done with containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.commands.container.spec import ContainerSpec

InspectKind = Literal["any", "container", "image", "volume", "network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContainer:
    """`docker run`."""

    spec: ContainerSpec
    detach: bool = False
    remove: bool = False
    """`--rm`: the container goes when it has ended."""
    pull: Literal["always", "missing", "never"] = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateContainer:
    """`docker create`."""

    spec: ContainerSpec
    remove: bool = False
    pull: Literal["always", "missing", "never"] = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContainers:
    """`docker start`."""

    targets: tuple[str, ...]
    attach: bool = False
    """Only with one target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopContainers:
    """`docker stop`."""

    targets: tuple[str, ...]
    timeout_s: int | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartContainers:
    """`docker restart`."""

    targets: tuple[str, ...]
    timeout_s: int | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KillContainers:
    """`docker kill`."""

    targets: tuple[str, ...]
    signal: str = "KILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseContainers:
    """`docker pause`."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpauseContainers:
    """`docker unpause`."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitContainers:
    """`docker wait`."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveContainers:
    """`docker rm`."""

    targets: tuple[str, ...]
    force: bool = False
    volumes: bool = False
    """Anonymous volumes of the containers go too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameContainer:
    """`docker rename`."""

    container: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLogs:
    """`docker logs`."""

    container: str
    follow: bool = False
    tail: int | None = None
    """Number of last lines; None for all."""
    timestamps: bool = False
    since: str | None = None
    """RFC 3339 time, POSIX time or a Go duration (`10m`), as typed."""
    until: str | None = None
    details: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecInContainer:
    """`docker exec`, without a terminal."""

    container: str
    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    workdir: str | None = None
    user: str | None = None
    detach: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectObjects:
    """`docker inspect`, `docker volume inspect` and the like."""

    targets: tuple[str, ...]
    kind: InspectKind = "any"
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTop:
    """`docker top`."""

    container: str
    ps_args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPorts:
    """`docker port`."""

    container: str
    port: str | None = None
    """`80` or `80/tcp`; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDiff:
    """`docker diff`."""

    container: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStats:
    """`docker stats`."""

    targets: tuple[str, ...] = ()
    """Empty for all running containers."""
    all: bool = False
    no_stream: bool = False
    no_trunc: bool = False
    format: str | None = None
