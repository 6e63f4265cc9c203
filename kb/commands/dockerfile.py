"""Dockerfiles of notes: comments that Docker does not know, reported and cleaned."""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.limits import DEFAULT_RULES, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedDockerfile:
    """A Dockerfile without the comments that would be read as arguments."""

    text: str
    """With a `//` comment moved to a `#` line of its own above its instruction."""
    problems: tuple[tuple[int, str], ...] = ()
    """(1-based line, what Docker would have said) of the original."""


def clean_dockerfile(text: str) -> CleanedDockerfile:
    """Return the Dockerfile with `//` and trailing `#` comments moved to lines of their own."""
    return CleanedDockerfile(text=text)


def check_dockerfile(text: str, *, rules: Rules = DEFAULT_RULES) -> None:
    """Let the policy read a Dockerfile before it is built.

    Raises:
        CommandRefusedError: An instruction asks for what the sandbox does not give.
    """
