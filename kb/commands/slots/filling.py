"""Values put into a command line, which can never become anything but values."""

from __future__ import annotations

from collections.abc import Mapping

from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.line.tokens import quote
from kb.commands.slots.description import explain_problem
from kb.commands.slots.placeholders import is_explicit
from kb.commands.slots.places import Place, find_places
from kb.commands.texts import RefusedError, say
from kb.commands.values.kinds import KINDS
from kb.errors import InvalidInputError, NeedsValuesError
from kb.model import Language

_MAY_LOOK_LIKE_OPTION = frozenset({"args", "ps-args", "value", "text", "count", "seconds"})


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
            say(f"problem.{problem}", language, value=value),
            hint=explain_problem(problem, language),
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
