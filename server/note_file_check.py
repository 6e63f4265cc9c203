"""What is wrong with a note's own files as they stand, and the same files put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.commands.dockerfile.comments import clean_dockerfile
from kb.commands.own_files import list_services
from server.note_context import DOCKERFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that a note brings along."""

    name: str
    text: str
    problems: tuple[tuple[int, str], ...] = ()
    """(1-based line, the comment that Docker would take for arguments)."""
    cleaned: str = ""
    """With such comments on lines of their own; empty where there is nothing to clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFiles:
    """All that a note brings along for a command."""

    files: tuple[CheckedFile, ...]
    services: tuple[str, ...] = ()
    """Of the Compose file among them."""


def own_files(files: Mapping[str, bytes]) -> OwnFiles:
    """Return a note's files as a command takes them along."""
    return OwnFiles(files=check_files(files), services=list_services(files))


def check_files(files: Mapping[str, bytes]) -> tuple[CheckedFile, ...]:
    """Return a note's files by name, with what Docker would stumble over."""
    return tuple(_check(name, data.decode()) for name, data in sorted(files.items()))


def clean_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the same files with a Dockerfile that Docker can read."""
    cleaned = {each.name: each.cleaned for each in check_files(files) if each.cleaned}
    return {name: cleaned[name].encode() if name in cleaned else files[name] for name in files}


def _check(name: str, text: str) -> CheckedFile:
    if name != DOCKERFILE:
        return CheckedFile(name=name, text=text)
    result = clean_dockerfile(text)
    return CheckedFile(
        name=name,
        text=text,
        problems=result.problems,
        cleaned=result.text if result.problems else "",
    )
