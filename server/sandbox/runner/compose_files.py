"""Which Compose file a command means, and how its project is called.

A project has the name that `-p` gives, else that of the file, else one made of the note's path: two
notes with a service `db` do not replace each other's containers. The file of a project that was
brought up is kept, so that `docker compose ps` can be typed later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kb.commands.actions import ComposeProject
from kb.commands.compose.yaml import load_yaml
from kb.commands.own_files import COMPOSE_NAMES, compose_file_name, find_compose_file
from kb.errors import CommandRefusedError, InvalidInputError
from kb.model import Remark
from server.sandbox.remarks import remark

DEFAULT_PROJECT = "notes"
"""Of a file that comes from no note and has no name of its own."""
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_MAX_SLUG = 40
_DIGEST_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A Compose file that was found."""

    text: str
    remark: Remark | None = None
    """That it is not quite the file that was asked for; None where it is."""


class KeptFiles:
    """The Compose files of projects that were brought up.

    Args:
        folder: Where they are; None keeps none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, project: str, text: str) -> None:
        """Keep a project's file."""
        if self._folder is not None and _PLAIN_NAME.fullmatch(project):
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{project}.yaml").write_text(text, encoding="utf-8")

    def read(self, project: str) -> str | None:
        """Return a project's file; None where none was kept."""
        if self._folder is None or not _PLAIN_NAME.fullmatch(project):
            return None
        path = self._folder / f"{project}.yaml"
        return path.read_text("utf-8") if path.is_file() else None

    def newest(self) -> str:
        """Return the project that was brought up last; empty where there is none."""
        files = [] if self._folder is None else [*self._folder.glob("*.yaml")]
        return max(files, key=lambda path: path.stat().st_mtime_ns).stem if files else ""


def name_project(
    project: ComposeProject, files: Mapping[str, bytes], kept: KeptFiles, *, note: str
) -> ComposeProject:
    """Return the project with its name; a line without a file means the one brought up last.

    Args:
        project: What the command says of file and project.
        files: The note's own.
        kept: Those of projects that were brought up.
        note: The path of the note that the command comes from; may be empty.
    """
    if project.name:
        return project
    own, text = project_of_note(note), find_compose_file(project, files)
    if text is not None:
        return replace(project, name=_name_in(text) or own)
    return replace(project, name=own if kept.read(own) is not None else kept.newest() or own)


def find_file(project: ComposeProject, files: Mapping[str, bytes], kept: KeptFiles) -> FoundFile:
    """Return the file that a command means.

    Args:
        project: As `name_project` has named it.
        files: The note's own.
        kept: Those of projects that were brought up.

    Raises:
        InvalidInputError: There is none.
    """
    wanted = compose_file_name(project)
    text = find_compose_file(project, files)
    if text is not None:
        if not wanted or wanted in files:
            return FoundFile(text=text)
        return FoundFile(text=text, remark=remark("other_compose_file", file=wanted))
    name = project.name or DEFAULT_PROJECT
    text = kept.read(name)
    if text is not None:
        return FoundFile(text=text, remark=remark("kept_compose_file", project=name))
    raise InvalidInputError(
        f"there is no Compose file {wanted or COMPOSE_NAMES[-1]}",
        hint="run the command from a note that holds the file as a block",
        code="no_compose_file",
    )


def project_of_note(note: str) -> str:
    """Return a note's project: of its path, stable, distinct, and valid for Compose.

    Args:
        note: The note's path; empty for a line that comes from no note.
    """
    if not note:
        return DEFAULT_PROJECT
    path = note.removesuffix(".md")
    slug = re.sub(r"[^a-z0-9]+", "-", path.lower())[:_MAX_SLUG].strip("-")
    if slug == path:
        return slug
    digest = hashlib.sha256(note.encode()).hexdigest()[:_DIGEST_DIGITS]
    return f"{slug}-{digest}" if slug else f"{DEFAULT_PROJECT}-{digest}"


def _name_in(text: str) -> str | None:
    """Return the name in a file; what cannot be read is refused when the file is checked."""
    try:
        content = load_yaml(text)
    except CommandRefusedError:
        return None
    name = content.get("name") if isinstance(content, dict) else None
    return name if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) else None
