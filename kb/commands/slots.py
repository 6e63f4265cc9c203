"""The values of a command line that a user can edit."""

from __future__ import annotations

from collections.abc import Mapping

from kb.model import Language, Slot


def find_slots(text: str, *, language: Language = "en") -> tuple[Slot, ...]:
    """Return the values of a command line, in order; empty where the line cannot be parsed."""
    return ()


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

    Raises:
        NeedsValuesError: A placeholder has no value.
        InvalidInputError: A value cannot stand there, or a slot is not known.
    """
    return text
