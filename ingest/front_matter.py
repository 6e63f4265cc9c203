"""Front matter: the YAML between two `---` lines at the top of a note."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import yaml

_MAX_LINES: Final = 500
_KNOWN: Final = frozenset({"title", "tags", "tag", "aliases", "alias", "cssclasses", "id"})
"""Fields that every chunk of the note carries, or that say nothing to a reader."""
_FIELD: Final = re.compile(r"\w+:(\s|$)")
_NULL: Final = frozenset({"~", "null"})
_SEPARATORS: Final = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a note says of itself."""

    line_count: int = 0
    """Lines it takes, its two rules counted in; 0 where there is none."""
    title: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    date: str = ""
    has_more: bool = False
    """It has other fields, such as a date, which are text to search in."""
    problem: str = ""
    """Why it could not be read; its lines are then mere text."""
    problem_line: int = 0
    """The line of the note that could not be read."""


def read_front_matter(lines: list[str]) -> FrontMatter:
    """Read the front matter at the top of a note's lines.

    A `---` that begins no mapping is a rule, as it is in CommonMark.
    """
    end = _closing_rule(lines)
    if end is None:
        return FrontMatter()
    inner = lines[1:end]
    try:
        # All values stay as they are written: `1.10` is no number, `No` no truth value.
        fields = yaml.load("\n".join(inner), Loader=yaml.BaseLoader)  # noqa: S506 - makes text alone
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if not any(_FIELD.match(line) for line in inner):
            return FrontMatter()
        problem, line = _first_line(error), _line_of(error)
        return FrontMatter(
            line_count=end + 1, has_more=True, problem=problem, problem_line=min(line, end)
        )
    if not inner:
        return FrontMatter(line_count=end + 1)
    if not isinstance(fields, Mapping):
        return FrontMatter()
    return _from_fields({str(key).lower(): value for key, value in fields.items()}, end + 1)


def _closing_rule(lines: list[str]) -> int | None:
    if not lines or lines[0].rstrip() != "---":
        return None
    numbers = range(1, min(len(lines), _MAX_LINES))
    return next((n for n in numbers if lines[n].rstrip() in {"---", "..."}), None)


def _from_fields(fields: Mapping[str, object], line_count: int) -> FrontMatter:
    tags = _strings(fields.get("tags", fields.get("tag")), split=True)
    return FrontMatter(
        line_count=line_count,
        title=_text(fields.get("title")),
        tags=tuple(dict.fromkeys(tag.lstrip("#") for tag in tags)),
        aliases=_strings(fields.get("aliases", fields.get("alias")), split=False),
        date=_text(fields.get("date", fields.get("created"))),
        has_more=any(key not in _KNOWN for key in fields),
    )


def _strings(value: object, *, split: bool) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for item in value if (text := _text(item)))
    text = _text(value)
    if split:
        return tuple(filter(None, _SEPARATORS.split(text)))
    return (text,) if text else ()


def _text(value: object) -> str:
    if not isinstance(value, str) or value.lower() in _NULL:
        return ""
    # An escape in quotes can give half a character, which no file could hold.
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").split())


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _line_of(error: Exception) -> int:
    """Return the line of the note that an error is about: YAML counts from 0, below a rule."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 2 if mark is not None else 1
