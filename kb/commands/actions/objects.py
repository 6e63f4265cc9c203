"""What is done with volumes and networks, and clearing up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.commands.actions.listings import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVolume:
    """`docker volume create`, always with the local driver and without its options."""

    name: str | None = None
    """None lets the daemon choose one."""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveVolumes:
    """`docker volume rm`."""

    targets: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNetwork:
    """`docker network create`, always a bridge."""

    name: str
    internal: bool = False
    attachable: bool = False
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveNetworks:
    """`docker network rm`."""

    targets: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectNetwork:
    """`docker network connect`."""

    network: str
    container: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectNetwork:
    """`docker network disconnect`."""

    network: str
    container: str
    force: bool = False


PruneKind = Literal["containers", "images", "volumes", "networks", "system", "build_cache"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """`docker container prune` and the like."""

    kind: PruneKind
    all: bool = False
    """Images: also those that have a name; volumes: also those that have a name."""
    volumes: bool = False
    """Of `docker system prune` alone."""
    filters: tuple[Filter, ...] = ()
