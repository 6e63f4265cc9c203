"""YAML of Compose files, read with care: plain values only, bounded, variables filled in by us."""

from __future__ import annotations

import re
from typing import Any

import yaml

from kb.commands.texts import refused

MAX_CHARACTERS = 262_144
MAX_NODES = 20_000
"""How many values a file may hold, those of repeated anchors counted each time."""

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<sign>:?[-+?])(?P<default>[^{}$]*))?\}"
    r"|(?P<plain>[A-Za-z_]\w*)|(?P<other>.|$))"
)

Node = dict[str, Any] | list[Any] | str | int | float | bool | None
"""What a Compose file is made of."""


class _Loader(yaml.SafeLoader):
    """Reads values as YAML 1.2 does: `22:22` and `yes` are texts, not numbers and truths."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


def load_yaml(text: str) -> Node:
    """Read a file; every variable is given its default.

    Raises:
        CommandRefusedError: It is no YAML, is too large, or has a variable without a default.
    """
    if len(text) > MAX_CHARACTERS:
        raise refused("compose_file", part=f"{len(text)} > {MAX_CHARACTERS}")
    try:
        loader = _Loader(text)
        try:
            loaded = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        first = str(error).strip().split("\n")
        raise refused("compose_file", part=" ".join(line.strip() for line in first)) from error
    return _Filler().fill(loaded, "")


class _Filler:
    """Walks over a file once, counting what it meets."""

    def __init__(self) -> None:
        self._nodes = 0
        self._characters = 0
        self._open: set[int] = set()

    def fill(self, node: object, place: str) -> Node:
        self._nodes += 1
        self._characters += len(node) if isinstance(node, str) else 0
        too_much = self._nodes > MAX_NODES or self._characters > 4 * MAX_CHARACTERS
        if too_much or id(node) in self._open:
            raise refused("compose_file", part=f"> {MAX_NODES}")
        if isinstance(node, dict | list):
            self._open.add(id(node))
            filled = self._fill_inside(node, place)
            self._open.discard(id(node))
            return filled
        if isinstance(node, str):
            return fill_variables(node, place)
        if node is None or isinstance(node, bool | int | float):
            return node
        raise refused("compose_value", place=place or "/", part=str(node))

    def _fill_inside(self, node: dict[Any, Any] | list[Any], place: str) -> Node:
        if isinstance(node, list):
            return [self.fill(item, place) for item in node]
        return {
            str(key): self.fill(value, f"{place}.{key}".lstrip(".")) for key, value in node.items()
        }


def fill_variables(text: str, place: str) -> str:
    """Return a text with each `${NAME:-default}` replaced by its default.

    Raises:
        CommandRefusedError: `compose_variable`: a variable has none.
    """

    def default(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if match["sign"] in {"-", ":-"}:
            return match["default"] or ""
        if match["sign"] in {"+", ":+"}:
            return ""
        raise refused("compose_variable", place=place, part=match.group())

    return _VARIABLE.sub(default, text)


def dump_yaml(content: Node) -> str:
    """Write a file; a dollar sign is doubled, so that nothing is taken for a variable again."""
    dumped: str = yaml.safe_dump(
        _escape(content), sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return dumped


def _escape(node: Node) -> Node:
    if isinstance(node, dict):
        return {key: _escape(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_escape(item) for item in node]
    return node.replace("$", "$$") if isinstance(node, str) else node
