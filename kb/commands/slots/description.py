"""The editable values of a command line as the page shows them: labels, choices, hints."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.line.tokens import LineToken, clean_line
from kb.commands.slots.places import Place, find_places
from kb.commands.spec import FETCHING
from kb.commands.texts import RefusedError, has_text, say
from kb.commands.values.kinds import KINDS
from kb.errors import InvalidInputError
from kb.model import Language, Slot

_LOOKED_UP = frozenset({"container", "image", "volume", "network", "object", "service"})
"""Kinds of values that name what must be there already."""
_OWN_FILES = "."
"""The build folder that stands for the files which the note itself gives."""


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
    return (_OWN_FILES,) if place.kind == "context" and place.placeholder else ()


def _hint(place: Place, language: Language) -> str:
    """Say why a value cannot work as written, or what can stand there."""
    if place.kind == "context" and place.placeholder:
        return say("slot.own_files", language)
    if not place.problem or (place.placeholder and place.problem != "uppercase_image"):
        return ""
    return explain_problem(place.problem, language) or say(
        f"problem.{place.problem}", language, value=place.value
    )


def explain_problem(problem: str, language: Language) -> str:
    """Return what is told beside a value that cannot stand in its place; empty for nothing."""
    key = f"problem.{problem}.hint"
    return say(key, language) if has_text(key) else ""
