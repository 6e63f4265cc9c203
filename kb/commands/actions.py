"""What a command line asks of the sandbox: one typed action for each command that may run.

An action is made by `kb.commands.plan` alone, after the policy has let the command pass; whoever
executes it needs to check nothing but what only the daemon knows. Fields keep the words of the
CLI's options. Actions that act on several objects name them in `targets`, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.commands.container import ContainerSpec

BuiltinNetwork = Literal["bridge", "none"]
InspectKind = Literal["any", "container", "image", "volume", "network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One `--filter key=value`."""

    key: str
    value: str


# --- listings --------------------------------------------------------------------------------


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
    """A template that `kb.commands.template.parse_template` reads; None for the table."""


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


# --- the daemon ------------------------------------------------------------------------------


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

    verbose: bool = False
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHelp:
    """`docker --help`, `docker run --help`: answered without the daemon."""

    text: str


# --- images ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PullImage:
    """`docker pull`."""

    reference: str
    """As typed: `bitnami/kafka:latest`, `alpine`, `alpine@sha256:…`."""
    all_tags: bool = False
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
    force_rm: bool = False
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


# --- containers ------------------------------------------------------------------------------


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
    size: bool = False
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


# --- volumes and networks --------------------------------------------------------------------


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


# --- clearing up -----------------------------------------------------------------------------

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


# --- compose ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeProject:
    """Which Compose file and project a command is about."""

    file: str | None = None
    """As typed after `-f` (it may be a path of another machine); None for the default name."""
    name: str | None = None
    """`-p`; None for the default."""
    profiles: tuple[str, ...] = ()


ComposeVerb = Literal[
    "up", "down", "ps", "logs", "config", "version", "start", "stop", "restart", "pull", "build",
    "images", "top", "kill", "rm", "create", "pause", "unpause", "port", "ls",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCompose:
    """A Compose command: its file goes through `kb.commands.compose.check_compose` first.

    `arguments` are what the real program gets after its file and project options: every option
    has passed the policy, is spelt in its long form where it has one, and the services follow it.
    """

    verb: ComposeVerb
    project: ComposeProject
    arguments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    detach: bool = False
    follow: bool = False
    needs_file: bool = True
    """False for `version` and `ls`, which no file is needed for."""


# --- two in one ------------------------------------------------------------------------------

Listing = ListContainers | ListImages | ListVolumes | ListNetworks
Targeted = (
    StartContainers
    | StopContainers
    | RestartContainers
    | KillContainers
    | PauseContainers
    | UnpauseContainers
    | RemoveContainers
    | RemoveImages
    | RemoveVolumes
    | RemoveNetworks
    | InspectObjects
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEachListed:
    """`docker rm $(docker ps -aq)`: `action` with the ids of `listing` after its own targets.

    Where the listing is empty, nothing is done (the CLI would complain of a missing argument).
    """

    listing: Listing
    """Always quiet."""
    action: Targeted


Action = (
    Listing
    | Targeted
    | ForEachListed
    | ShowVersion
    | ShowInfo
    | ShowDiskUsage
    | ShowHelp
    | PullImage
    | BuildImage
    | TagImage
    | ShowHistory
    | CommitContainer
    | RunContainer
    | CreateContainer
    | WaitContainers
    | RenameContainer
    | ShowLogs
    | ExecInContainer
    | ShowTop
    | ShowPorts
    | ShowDiff
    | ShowStats
    | CreateVolume
    | CreateNetwork
    | ConnectNetwork
    | DisconnectNetwork
    | Prune
    | RunCompose
)
