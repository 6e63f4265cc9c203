"""The policy of Compose files: read before the real Compose program sees them."""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.errors import CommandRefusedError
from kb.model import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeFile:
    """A Compose file that may be run."""

    text: str
    """YAML, made anew from what was understood: nothing unread gets through."""
    services: tuple[str, ...]
    images: tuple[str, ...]
    volumes: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    """Build contexts, relative folders."""
    notes: tuple[str, ...] = ()
    """What was changed for safety."""


def check_compose(
    text: str, *, host_ip: str, rules: Rules = DEFAULT_RULES, language: Language = "en"
) -> ComposeFile:
    """Read a Compose file and let the policy decide.

    Args:
        text: YAML of a note's block.
        host_ip: The sandbox's address that ports are published at.
        rules: Limits and reserved ports of this installation.
        language: Of notes and refusals.

    Raises:
        CommandRefusedError: A service asks for what the sandbox does not give.
        InvalidInputError: It is not YAML, or not a Compose file.
    """
    raise CommandRefusedError("Compose files are not offered here", code="not_offered")
