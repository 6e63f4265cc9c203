"""Where in a command line the values stand that a user can edit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kb.commands.container.mounts import split_volume
from kb.commands.line.invocation import Invocation, Option
from kb.commands.line.tokens import LineToken, Mark
from kb.commands.slots.placeholders import is_explicit, is_placeholder
from kb.commands.values.kinds import KINDS

_NAMED_VALUES = frozenset({"env", "label", "build-arg"})
_UNSLOTTED = frozenset({"any", "bool"})
_PORT_RANGE = re.compile(r"\d+-\d+(?:/\w+)?")
_BETWEEN_PORTS = re.compile(r":(?![^\[]*\])")
_PLACEHOLDER_IN_QUOTES = re.compile(r"<[^\W_][^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a command line an editable value stands."""

    id: str
    kind: str
    token: int
    start: int
    """Offset in the token's value."""
    end: int
    value: str
    label: str = ""
    """The name of a variable or a label; empty where the kind tells."""
    placeholder: bool = False
    problem: str = ""
    """Key of what is wrong with the value as written."""
    required: bool = True
    made: bool = False
    """What it names is made where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a token's value."""

    token: int
    start: int
    text: str

    def part(self, offset: int, text: str) -> _Part:
        """Return a part of this one."""
        return _Part(token=self.token, start=self.start + offset, text=text)


def find_places(call: Invocation) -> list[Place]:
    """Return the editable values of a command line, in order, each with an id of its own.

    What a shell would put in, and what has several lines, is not edited.
    """
    places: list[Place] = []
    for option in call.options:
        if option.flag.kind not in _UNSLOTTED:
            places += _places_of_option(option, call.tokens)
    for operand in call.operands:
        if operand.kind not in _UNSLOTTED:
            whole = _Part(token=operand.token, start=0, text=operand.value)
            places.append(_place(operand.kind, operand.kind, whole))
    shown = [
        place
        for place in places
        if Mark.SUBSTITUTION not in call.tokens[place.token].marks and "\n" not in place.value
    ]
    return _number(sorted(shown, key=lambda place: (place.token, place.start)), call.tokens)


def _place(name: str, kind: str, part: _Part, *, judged_as: str = "") -> Place:
    """Return a value's place.

    Args:
        name: Its id.
        kind: A kind of `kb.commands.values.kinds`.
        part: Where it stands.
        judged_as: As what it may be a placeholder, where that is another kind.
    """
    return Place(
        id=name, kind=kind, token=part.token, start=part.start, end=part.start + len(part.text),
        value=part.text, placeholder=is_placeholder(part.text, judged_as or kind),
        problem=KINDS[kind].check(part.text),
    )  # fmt: skip


def _places_of_option(option: Option, tokens: tuple[LineToken, ...]) -> list[Place]:
    whole = _Part(token=option.value_token, start=option.value_start, text=option.value)
    kind = option.flag.kind
    if kind in _NAMED_VALUES:
        return _named_value(kind, whole, tokens)
    if kind == "publish":
        return _published_ports(whole)
    if kind == "volume-mount":
        return _mounted_volume(whole)
    return [_place(option.flag.name.lstrip("-"), kind, whole)]


def _named_value(kind: str, whole: _Part, tokens: tuple[LineToken, ...]) -> list[Place]:
    name, equals, value = whole.text.partition("=")
    if not equals:
        return []
    place = replace(
        _place(kind, "value", whole.part(len(name) + 1, value)), label=name, required=False
    )
    return [replace(place, placeholder=place.placeholder and _is_marked(place, tokens))]


def _published_ports(whole: _Part) -> list[Place]:
    ends = [match.start() for match in _BETWEEN_PORTS.finditer(whole.text)] + [len(whole.text)]
    pieces, at = [], 0
    for end in ends:
        pieces.append(whole.part(at, whole.text[at:end]))
        at = end + 1
    kinds = ["host-port", "container-port"][-len(pieces[-2:]) :]
    return [
        _place(kind, kind, piece)
        for kind, piece in zip(kinds, pieces[-2:], strict=True)
        if piece.text and not _PORT_RANGE.fullmatch(piece.text)
    ]


def _mounted_volume(whole: _Part) -> list[Place]:
    parts = split_volume(whole.text)
    if len(parts) == 1:
        return [_place("path", "container-path", whole)]
    source, target = parts[0], parts[1]
    volume = _place("volume", "volume", whole.part(0, source), judged_as="mounted-volume")
    path = _place("path", "container-path", whole.part(len(source) + 1, target))
    return [replace(volume, made=True), path]


def _number(places: list[Place], tokens: tuple[LineToken, ...]) -> list[Place]:
    """Give the second place of a name the number 2, and so on."""
    seen: dict[str, int] = {}
    numbered = []
    for place in places:
        seen[place.id] = seen.get(place.id, 0) + 1
        name = place.id if seen[place.id] == 1 else f"{place.id}-{seen[place.id]}"
        free = place.kind in {"args", "ps-args", "text", "filter", "format"}
        placeholder = place.placeholder and (not free or _is_marked(place, tokens))
        numbered.append(replace(place, id=name, placeholder=placeholder))
    return numbered


def _is_marked(place: Place, tokens: tuple[LineToken, ...]) -> bool:
    """Tell whether free text says that it is a placeholder; `<…>` as a whole does in quotes too."""
    whole = _PLACEHOLDER_IN_QUOTES.fullmatch(place.value)
    return whole is not None or is_explicit(tokens[place.token])
