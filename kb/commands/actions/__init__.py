"""What a command line asks of the sandbox: one typed action for each command that may run.

An action is made in `kb.commands.judging` alone, once nothing of the command is refused, and
`kb.commands.plan` hands it out; whoever executes it needs to check nothing but what only the daemon
knows. Fields keep the words of the CLI's options. Actions that act on several objects name them in
`targets`, in order.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.actions.compose import (
    ComposeProject,
    ComposeVerb,
    RunCompose,
)
from kb.commands.actions.containers import (
    CreateContainer,
    ExecInContainer,
    InspectKind,
    InspectObjects,
    KillContainers,
    PauseContainers,
    RemoveContainers,
    RenameContainer,
    RestartContainers,
    RunContainer,
    ShowDiff,
    ShowLogs,
    ShowPorts,
    ShowStats,
    ShowTop,
    StartContainers,
    StopContainers,
    UnpauseContainers,
    WaitContainers,
)
from kb.commands.actions.images import (
    BuildImage,
    BuiltinNetwork,
    CommitContainer,
    PullImage,
    RemoveImages,
    ShowHistory,
    TagImage,
)
from kb.commands.actions.listings import (
    Filter,
    ListContainers,
    ListImages,
    ListNetworks,
    ListVolumes,
    ShowDiskUsage,
    ShowHelp,
    ShowInfo,
    ShowVersion,
)
from kb.commands.actions.objects import (
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    Prune,
    PruneKind,
    RemoveNetworks,
    RemoveVolumes,
)

__all__ = [
    "Action",
    "BuildImage",
    "BuiltinNetwork",
    "CommitContainer",
    "ComposeProject",
    "ComposeVerb",
    "ConnectNetwork",
    "CreateContainer",
    "CreateNetwork",
    "CreateVolume",
    "DisconnectNetwork",
    "ExecInContainer",
    "Filter",
    "ForEachListed",
    "InspectKind",
    "InspectObjects",
    "KillContainers",
    "ListContainers",
    "ListImages",
    "ListNetworks",
    "ListVolumes",
    "Listing",
    "PauseContainers",
    "Prune",
    "PruneKind",
    "PullImage",
    "RemoveContainers",
    "RemoveImages",
    "RemoveNetworks",
    "RemoveVolumes",
    "RenameContainer",
    "RestartContainers",
    "RunCompose",
    "RunContainer",
    "ShowDiff",
    "ShowDiskUsage",
    "ShowHelp",
    "ShowHistory",
    "ShowInfo",
    "ShowLogs",
    "ShowPorts",
    "ShowStats",
    "ShowTop",
    "ShowVersion",
    "StartContainers",
    "StopContainers",
    "TagImage",
    "Targeted",
    "UnpauseContainers",
    "WaitContainers",
]

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
