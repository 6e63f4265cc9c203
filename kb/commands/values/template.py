"""The part of Go's templates that `--format` may use: texts and fields, no functions or loops."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.commands.texts import refused

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FIELD = re.compile(r"\s*(?P<json>json\s+)?(?P<path>\.(?:\w+(?:\.\w+)*)?)\s*")
_ESCAPES = {r"\t": "\t", r"\n": "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePart:
    """A piece of a template: a text, or a field to print."""

    text: str = ""
    path: tuple[str, ...] | None = None
    """`("NetworkSettings", "IPAddress")`; empty for the whole object; None for a text."""
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template of `--format`."""

    parts: tuple[TemplatePart, ...]
    table: bool = False
    """Print a heading line and line the columns (separated by tabs) up."""


def parse_template(text: str) -> Template:
    """Read a template; `json` alone means the whole object.

    Raises:
        CommandRefusedError: `format`: it uses more than texts and fields.
    """
    if text == "json":
        return Template(parts=(TemplatePart(path=(), as_json=True),))
    table = text.startswith("table ")
    body = text.removeprefix("table ")
    for escape, char in _ESCAPES.items():
        body = body.replace(escape, char)
    parts: list[TemplatePart] = []
    at = 0
    for action in _ACTION.finditer(body):
        parts += _read_text(body[at : action.start()], text)
        parts.append(_read_field(action[1], text))
        at = action.end()
    parts += _read_text(body[at:], text)
    if all(part.path is None for part in parts):
        raise refused("format", part=text)
    return Template(parts=tuple(parts), table=table)


def _read_text(piece: str, whole: str) -> list[TemplatePart]:
    if "{{" in piece or "}}" in piece:
        raise refused("format", part=whole)
    return [TemplatePart(text=piece)] if piece else []


def _read_field(action: str, whole: str) -> TemplatePart:
    match = _FIELD.fullmatch(action)
    if match is None:
        raise refused("format", part=whole)
    path = tuple(name for name in match["path"].split(".") if name)
    return TemplatePart(path=path, as_json=bool(match["json"]))
