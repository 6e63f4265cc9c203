"""Compose commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
    """A Compose command: its file goes through `kb.commands.compose.policy.check_compose` first.

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
