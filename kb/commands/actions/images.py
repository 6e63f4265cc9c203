"""What is done with images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BuiltinNetwork = Literal["bridge", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullImage:
    """`docker pull`."""

    reference: str
    """As typed: `bitnami/kafka:latest`, `alpine`, `alpine@sha256:…`."""
    platform: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildImage:
    """`docker build`."""

    context: str
    """`.` for the note's own files, or a relative folder with `/` between its parts, never `..`."""
    dockerfile: str | None = None
    """Relative to the context; None for `Dockerfile`."""
    tags: tuple[str, ...] = ()
    build_args: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    platform: str | None = None
    no_cache: bool = False
    pull: bool = False
    quiet: bool = False
    network: BuiltinNetwork | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveImages:
    """`docker rmi`."""

    targets: tuple[str, ...]
    force: bool = False
    no_prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagImage:
    """`docker tag`."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHistory:
    """`docker history`."""

    image: str
    quiet: bool = False
    no_trunc: bool = False
    human: bool = True
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitContainer:
    """`docker commit`."""

    container: str
    reference: str | None = None
    """`REPOSITORY[:TAG]`; None for an image without a name."""
    author: str | None = None
    message: str | None = None
    changes: tuple[str, ...] = ()
    """Dockerfile instructions."""
    pause: bool = True
