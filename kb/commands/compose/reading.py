"""How values of a Compose file are read, and what is gathered meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from kb.commands.compose.yaml import Node
from kb.commands.limits import Rules
from kb.commands.texts import Saying, refused, saying


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeBuild:
    """An image that a service is built from."""

    context: str = "."
    """A folder, relative to that of the Compose file."""
    dockerfile: str = "Dockerfile"
    """Relative to the context."""
    args: tuple[tuple[str, str], ...] = ()
    """What is set for `ARG`."""

    @property
    def path(self) -> str:
        """The Dockerfile's path, relative to the folder of the Compose file."""
        return PurePosixPath(self.context, self.dockerfile).as_posix()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading a file needs and gathers."""

    rules: Rules
    host_ip: str
    notes: list[Saying] = field(default_factory=list)
    builds: list[ComposeBuild] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def drop(self, place: str, part: object) -> None:
        """Note that something has no effect in the sandbox."""
        self.notes.append(saying("note.compose_dropped", place=place, part=part))


class Dropped:
    """The value of a key that is left out."""


DROPPED = Dropped()
Handler = Callable[[Node, str, Reading], "Node | Dropped"]


def wrong(place: str, value: object) -> Exception:
    """Return the refusal of a value that cannot be read."""
    return refused("compose_value", place=place, part=str(value)[:80])


def as_text(value: Node, place: str) -> str:
    """Return a plain value as a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise wrong(place, value)


def as_list(value: Node, place: str) -> list[Node]:
    """Return a list; a single plain value counts as one."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return [as_text(value, place)]


def as_texts(value: Node, place: str) -> list[str]:
    """Return a list of texts; a single plain value counts as one."""
    return [as_text(item, place) for item in as_list(value, place)]


def as_pairs(value: Node, place: str) -> list[tuple[str, str | None]]:
    """Return `{NAME: value}` or `[NAME=value]` as pairs; None where there is no value."""
    if isinstance(value, dict):
        return [
            (name, None if item is None else as_text(item, f"{place}.{name}"))
            for name, item in value.items()
        ]
    pairs = []
    for text in as_texts(value, place):
        name, equals, content = text.partition("=")
        pairs.append((name, content if equals else None))
    return pairs
