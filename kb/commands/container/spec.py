"""A container as `docker run` and `docker create` describe it, with nothing that is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["tcp", "udp", "sctp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """One published port."""

    container_port: int
    host_port: int | None = None
    """None lets the daemon choose one."""
    protocol: Protocol = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeMount:
    """A volume in a container; never a folder of the host."""

    target: str
    """Absolute path in the container."""
    volume: str | None = None
    """The volume's name; None for an anonymous volume."""
    read_only: bool = False
    no_copy: bool = False
    """Do not fill a new volume with what the image has there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TmpfsMount:
    """Memory mounted as a folder."""

    target: str
    size_bytes: int
    mode: int | None = None
    """Permission bits."""
    options: tuple[str, ...] = ()
    """Of `ro`, `rw`, `exec`, `noexec`, `suid`, `nosuid`, `dev`, `nodev`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """How the daemon finds out whether a container works; None keeps the image's value."""

    disable: bool = False
    command: str | None = None
    """Run by the container's shell."""
    interval_ns: int | None = None
    timeout_ns: int | None = None
    start_period_ns: int | None = None
    retries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit:
    """One `--ulimit`."""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """When the daemon starts the container again."""

    name: Literal["no", "on-failure"] = "no"
    max_retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Limits that the command asks for, lowered to ours already; None for our default."""

    memory_bytes: int | None = None
    memory_reservation_bytes: int | None = None
    nano_cpus: int | None = None
    """Processors times 10^9."""
    cpu_shares: int | None = None
    pids: int | None = None
    shm_bytes: int | None = None
    ulimits: tuple[Ulimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Networking:
    """How a container is reached."""

    network: str | None = None
    """`none`, `bridge` or a network's name; None for the daemon's default."""
    aliases: tuple[str, ...] = ()
    ports: tuple[PortBinding, ...] = ()
    expose: tuple[str, ...] = ()
    """`80/tcp`."""
    publish_all: bool = False
    hostname: str | None = None
    domainname: str | None = None
    extra_hosts: tuple[str, ...] = ()
    """`name:address`."""
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """`container:alias`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """Everything of a container that the sandbox lets a command choose."""

    image: str
    command: tuple[str, ...] = ()
    """Empty keeps the image's own."""
    entrypoint: tuple[str, ...] | None = None
    """None keeps the image's own; `("",)` clears it."""
    name: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    workdir: str | None = None
    user: str | None = None
    groups: tuple[str, ...] = ()
    volumes: tuple[VolumeMount, ...] = ()
    tmpfs: tuple[TmpfsMount, ...] = ()
    networking: Networking = Networking()
    resources: Resources = Resources()
    restart: RestartPolicy = RestartPolicy()
    health: HealthCheck | None = None
    cap_drop: tuple[str, ...] = ()
    """On top of what is always dropped."""
    cap_add: tuple[str, ...] = ()
    """Only capabilities that a container of the sandbox has anyway."""
    stdin_open: bool = False
    """`-i` together with `-d`: nobody types, but the process finds an open input."""
    tty: bool = False
    """`-t` together with `-d`."""
    attach: tuple[Literal["stdout", "stderr"], ...] = ("stdout", "stderr")
    init: bool = False
    read_only: bool = False
    stop_signal: str | None = None
    stop_timeout_s: int | None = None
    log_max_size: str | None = None
    """Of the json-file log, lowered to ours already."""
    platform: str | None = None
