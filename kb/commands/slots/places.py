"""The values of a command line that a user can edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.commands.container.mounts import split_volume
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation, Option
from kb.commands.line.tokens import LineToken, Mark, clean_line, quote
from kb.commands.slots.placeholders import is_explicit, is_placeholder
from kb.commands.spec import FETCHING
from kb.commands.texts import RefusedError, has_text, say
from kb.commands.values.kinds import KINDS
from kb.errors import InvalidInputError, NeedsValuesError
from kb.model import Language, Slot

_NAMED_VALUES = frozenset({"env", "label", "build-arg"})
_MAY_LOOK_LIKE_OPTION = frozenset({"args", "ps-args", "value", "text", "count", "seconds"})
_UNSLOTTED = frozenset({"any", "bool"})
_LOOKED_UP = frozenset({"container", "image", "volume", "network", "object", "service"})
"""Kinds of values that name what must be there already."""
_PORT_RANGE = re.compile(r"\d+-\d+(?:/\w+)?")
_PLACEHOLDER_IN_QUOTES = re.compile(r"<[^\W_][^<>]*>")
OWN_FILES = "."
"""The build folder that stands for the files which the note itself gives."""


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


def find_slots(text: str, *, language: Language = "en") -> tuple[Slot, ...]:
    """Return the values of a command line, in order; empty where the line cannot be parsed."""
    try:
        call = parse(text)
    except (RefusedError, InvalidInputError):
        return ()
    is_clean = clean_line(text) == text
    return tuple(
        replace(slot, start=_start_in_text(place, call.tokens[place.token]) if is_clean else None)
        for place, slot in ((each, _describe(each, call, language)) for each in find_places(call))
    )


def _start_in_text(place: Place, token: LineToken) -> int | None:
    """Return where a value begins in the line; None where it is written in another way."""
    before = _unquoted(token.value[: place.start])
    at = token.text.find(place.value, place.start)
    while at >= 0 and _unquoted(token.text[:at]) != before:
        at = token.text.find(place.value, at + 1)
    return token.start + at if at >= 0 else None


def _unquoted(text: str) -> str:
    return re.sub(r"[\"'\\]", "", text)


def _describe(place: Place, call: Invocation, language: Language) -> Slot:
    key = f"label.{place.kind}"
    label = place.label or (say(key, language) if has_text(key) else place.id)
    return Slot(
        id=place.id, label=label, value=place.value, placeholder=place.placeholder,
        required=place.required, choices=KINDS[place.kind].choices,
        existing=_must_exist(place, call), hint=_hint(place, language), offers=_offers(place),
    )  # fmt: skip


def _must_exist(place: Place, call: Invocation) -> bool:
    if place.kind == "image" and call.command.path in FETCHING:
        return False
    return place.kind in _LOOKED_UP and not place.made


def _offers(place: Place) -> tuple[str, ...]:
    """Return what would do in place of a value that cannot stay."""
    if place.problem == "uppercase_image":
        return (place.value.lower(),)
    return (OWN_FILES,) if place.kind == "context" and place.placeholder else ()


def _hint(place: Place, language: Language) -> str:
    """Say why a value cannot work as written, or what can stand there."""
    if place.kind == "context" and place.placeholder:
        return say("slot.own_files", language)
    if not place.problem or (place.placeholder and place.problem != "uppercase_image"):
        return ""
    return _explain(place.problem, language) or say(
        f"problem.{place.problem}", language, value=place.value
    )


def _explain(problem: str, language: Language) -> str:
    key = f"problem.{problem}.hint"
    return say(key, language) if has_text(key) else ""


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
            place = _place(operand.kind, operand.kind, operand.token, 0, operand.value)
            places.append(place)
    shown = [
        place
        for place in places
        if Mark.SUBSTITUTION not in call.tokens[place.token].marks and "\n" not in place.value
    ]
    return _number(sorted(shown, key=lambda place: (place.token, place.start)), call.tokens)


def _place(
    name: str, kind: str, token: int, start: int, value: str, *, label: str = "",
    judged_as: str = "", required: bool = True, made: bool = False,
) -> Place:  # fmt: skip
    placeholder = is_placeholder(value, judged_as or kind)
    return Place(
        id=name, kind=kind, token=token, start=start, end=start + len(value), value=value,
        label=label, placeholder=placeholder, problem=KINDS[kind].check(value),
        required=required, made=made,
    )  # fmt: skip


def _places_of_option(option: Option, tokens: tuple[LineToken, ...]) -> list[Place]:
    token, start, value = option.value_token, option.value_start, option.value
    kind, name = option.flag.kind, option.flag.name.lstrip("-")
    if kind in _NAMED_VALUES:
        return _named_value(option, tokens)
    if kind == "publish":
        return _published_ports(token, start, value)
    if kind == "volume-mount":
        return _mounted_volume(token, start, value)
    return [_place(name, kind, token, start, value)]


def _named_value(option: Option, tokens: tuple[LineToken, ...]) -> list[Place]:
    name, equals, value = option.value.partition("=")
    if not equals:
        return []
    start = option.value_start + len(name) + 1
    place = _place(
        option.flag.kind, "value", option.value_token, start, value, label=name, required=False
    )
    return [replace(place, placeholder=place.placeholder and _is_marked(place, tokens))]


def _published_ports(token: int, start: int, value: str) -> list[Place]:
    ends = [match.start() for match in re.finditer(":(?![^\\[]*\\])", value)] + [len(value)]
    pieces, at = [], 0
    for end in ends:
        pieces.append((at, value[at:end]))
        at = end + 1
    kinds = ["host-port", "container-port"][-len(pieces[-2:]) :]
    return [
        _place(kind, kind, token, start + offset, piece)
        for kind, (offset, piece) in zip(kinds, pieces[-2:], strict=True)
        if piece and not _PORT_RANGE.fullmatch(piece)
    ]


def _mounted_volume(token: int, start: int, value: str) -> list[Place]:
    parts = split_volume(value)
    if len(parts) == 1:
        return [_place("path", "container-path", token, start, value)]
    source, target = parts[0], parts[1]
    return [
        _place("volume", "volume", token, start, source, judged_as="mounted-volume", made=True),
        _place("path", "container-path", token, start + len(source) + 1, target),
    ]


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


# --- filling in ------------------------------------------------------------------------------


def fill(
    text: str, values: Mapping[str, str], *, typed: bool = False, language: Language = "en"
) -> str:
    """Put values into a command line.

    A value can never become another token or an option: it is validated, quoted, and the result
    is parsed again and compared.

    Args:
        text: The command line.
        values: Slot id -> value; slots left out keep what the line has.
        typed: The user typed the line, so an id of another machine is taken as meant.
        language: Of messages and hints.

    Returns:
        The command line on one line, without prompt and comment.

    Raises:
        NeedsValuesError: A placeholder has no value.
        InvalidInputError: A value cannot stand there, or a slot is not known.
        CommandRefusedError: The line cannot be parsed.
    """
    try:
        call = parse(text)
    except RefusedError as error:
        raise error.in_language(language) from None
    places = find_places(call)
    _refuse_unknown(values, places, language)
    for place in places:
        if place.id in values:
            _check(place, values[place.id], language)
    require_values(call, {k for k, v in values.items() if v}, typed=typed, language=language)
    return _write(call, {place: values[place.id] for place in places if place.id in values})


def require_values(
    call: Invocation,
    given: set[str] | frozenset[str] = frozenset(),
    *,
    typed: bool,
    language: Language = "en",
) -> None:
    """Make sure that no placeholder is left.

    Raises:
        NeedsValuesError: With the ids of those that are.
    """
    missing = [
        place
        for place in find_places(call)
        if place.placeholder
        and place.id not in given
        and (not typed or is_explicit(call.tokens[place.token]))
    ]
    if missing:
        names = ", ".join(f"{place.value}" for place in missing)
        raise NeedsValuesError(
            say("needs_values", language, names=names),
            slot_ids=tuple(place.id for place in missing),
            hint=say("needs_values.hint", language),
        )


def _refuse_unknown(values: Mapping[str, str], places: list[Place], language: Language) -> None:
    known = [place.id for place in places]
    for name in values:
        if name not in known:
            raise InvalidInputError(
                say("unknown_slot", language, name=name),
                hint=say("unknown_slot.hint", language, names=", ".join(known) or "-"),
            )


def _check(place: Place, value: str, language: Language) -> None:
    if not value and place.required:
        if place.placeholder:
            return  # told as a missing value
        problem = "empty"
    elif value.startswith("-") and place.kind not in _MAY_LOOK_LIKE_OPTION:
        problem = "option_like"
    else:
        problem = KINDS[place.kind].check(value) or KINDS["text"].check(value)
    if problem:
        raise InvalidInputError(
            say(f"problem.{problem}", language, value=value), hint=_explain(problem, language)
        )


def _write(call: Invocation, values: Mapping[Place, str]) -> str:
    """Return the line with the values in their places, made sure to mean what was meant."""
    changed: dict[int, list[tuple[Place, str]]] = {}
    for place, value in values.items():
        changed.setdefault(place.token, []).append((place, value))
    words = [token.text for token in call.tokens]
    for index, edits in changed.items():
        whole = call.tokens[index].value
        for place, value in sorted(edits, key=lambda edit: -edit[0].start):
            whole = whole[: place.start] + value + whole[place.end :]
        if whole != call.tokens[index].value:
            words[index] = quote(whole)
    text = " ".join(words)
    _compare(call, parse(text), text)
    return text


def _compare(before: Invocation, after: Invocation, text: str) -> None:
    """Make sure that values have changed nothing but values."""
    same = (
        before.command.path == after.command.path
        and [(o.flag.name, o.token) for o in before.options]
        == [(o.flag.name, o.token) for o in after.options]
        and [(o.kind, o.token) for o in before.operands]
        == [(o.kind, o.token) for o in after.operands]
        and len(before.tokens) == len(after.tokens)
    )
    if not same:
        raise InvalidInputError(
            f"The values would change what the command is: {text!r}.",
            reason="values_change_command",
            hint="give each placeholder one value of the kind that it names",
        )


def with_samples(call: Invocation, *, problems: bool = True) -> Invocation:
    """Return the invocation with a harmless value for all that must still be filled in.

    Args:
        call: The invocation.
        problems: Also in the place of values that cannot work as written.
    """
    samples = {
        place: KINDS[place.kind].sample
        for place in find_places(call)
        if (place.placeholder or (problems and place.problem)) and not place.value.startswith("-")
    }
    return parse(_write(call, samples)) if samples else call
