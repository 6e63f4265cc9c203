"""What the sandbox looks like from outside: its state, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.reasons import SandboxReason

SandboxState = Literal["ready", "starting", "off", "unavailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxStatus:
    """How the sandbox is."""

    state: SandboxState
    engine: str = ""
    """The daemon's name and version (`Docker 20.10.24`), once it answers."""
    message: str = ""
    """What the user should know: why there is none, and how to get one."""
    reasons: tuple[SandboxReason, ...] = ()
    """The same for programs: of each driver that was tried."""
    driver: str = "off"
    """Which driver runs it: `managed`, `dind`, `external`, `off`."""
    switched_off: bool = False
    """The settings want none: asking for a start brings none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPort:
    """A container's port that can be reached from this machine."""

    container_port: int
    protocol: str
    host: str
    """The address under which the port is reached from this machine."""
    host_port: int
    url: str
    """`http://host:port/` for TCP; empty for UDP, and where the address cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSummary:
    """A container as `docker ps -a` knows it."""

    id: str
    """The full id, 64 characters."""
    name: str
    image: str
    command: str
    state: str
    """`created`, `running`, `paused`, `restarting`, `exited`, `dead`."""
    status: str
    """As a person reads it: `Up 2 minutes`."""
    created: float
    """POSIX time in seconds."""
    ports: tuple[PublishedPort, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSummary:
    """An image of the sandbox."""

    id: str
    tags: tuple[str, ...]
    size_bytes: int
    created: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSummary:
    """A volume of the sandbox."""

    name: str
    driver: str
    created: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSummary:
    """A network of the sandbox."""

    id: str
    name: str
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything in the sandbox."""

    containers: tuple[ContainerSummary, ...] = ()
    images: tuple[ImageSummary, ...] = ()
    volumes: tuple[VolumeSummary, ...] = ()
    networks: tuple[NetworkSummary, ...] = ()
