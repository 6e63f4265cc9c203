"""Objects as the daemon lists them: their names, and which of them a prune would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kb.commands.actions import Filter
from server.sandbox.runner.units import parse_time
from server.sandbox.runner.when import parse_when


def first_name(item: Mapping[str, Any]) -> str:
    """Return a container's name, or the beginning of its id where it has none."""
    names = item.get("Names") or [str(item["Id"])[:12]]
    return str(names[0]).removeprefix("/")


def passes_filters(item: Mapping[str, Any], filters: Sequence[Filter]) -> bool:
    """Tell whether a prune with these filters would take an object; listings know fewer of them.

    Args:
        item: A container, image, volume or network as the daemon lists it.
        filters: `until`, `label` and `label!`; others do not narrow what is removed. As for the
            daemon, several `label!` spare only what has all of them.

    Raises:
        InvalidInputError: `until` names no point in time.
    """
    spared = [_has_label(item, each.value) for each in filters if each.key == "label!"]
    return all(_passes(item, each) for each in filters) and not (spared and all(spared))


def _passes(item: Mapping[str, Any], given: Filter) -> bool:
    if given.key == "until":
        return _created_s(item) < float(parse_when(given.value))
    return given.key != "label" or _has_label(item, given.value)


def _created_s(item: Mapping[str, Any]) -> float:
    """Return when an object was made, in POSIX seconds; networks and volumes tell it as a text."""
    created = item.get("Created") or item.get("CreatedAt") or 0
    return parse_time(created) if isinstance(created, str) else float(created)


def _has_label(item: Mapping[str, Any], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    labels = item.get("Labels") or {}
    return name in labels and (not equals or labels[name] == value)
