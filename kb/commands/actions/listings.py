"""Listings, and what the daemon tells of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One `--filter key=value`."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContainers:
    """`docker ps`."""

    all: bool = False
    quiet: bool = False
    no_trunc: bool = False
    size: bool = False
    last: int | None = None
    """The n containers created last, whatever their state; None for no such limit."""
    filters: tuple[Filter, ...] = ()
    format: str | None = None
    """A template that `kb.commands.values.template.parse_template` reads; None for the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImages:
    """`docker images`."""

    all: bool = False
    quiet: bool = False
    no_trunc: bool = False
    digests: bool = False
    reference: str | None = None
    """`REPOSITORY[:TAG]` to show alone."""
    filters: tuple[Filter, ...] = ()
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVolumes:
    """`docker volume ls`."""

    quiet: bool = False
    filters: tuple[Filter, ...] = ()
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNetworks:
    """`docker network ls`."""

    quiet: bool = False
    no_trunc: bool = False
    filters: tuple[Filter, ...] = ()
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowVersion:
    """`docker version`; `short` for `docker --version`."""

    short: bool = False
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowInfo:
    """`docker info`."""

    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDiskUsage:
    """`docker system df`."""

    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHelp:
    """`docker --help`, `docker run --help`: answered without the daemon."""

    text: str
