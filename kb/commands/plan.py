"""From a final command line to the action that the sandbox executes."""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.actions import Action
from kb.commands.judging import judge
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.suggest import suggest
from kb.commands.texts import RefusedError, put_into_words
from kb.model import Language, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A command line that the policy lets pass, ready to be executed."""

    text: str
    """The command line, cleaned of prompts and comments, on one line."""
    action: Action
    risk: Risk
    notes: tuple[str, ...] = ()
    """What was changed for safety (a limit lowered, an address replaced), for the user."""
    needs_confirmation: bool = False
    """It removes something and has not been confirmed; who knows the victims asks."""


def plan(
    text: str, *, confirmed: bool, rules: Rules = DEFAULT_RULES, language: Language = "en"
) -> Plan:
    """Parse a command line and let the policy decide.

    Args:
        text: One command line with all its values; nothing of it is given to a shell.
        confirmed: The user has seen what would be removed and agreed.
        rules: Limits and reserved ports of this installation.
        language: Of the notes and of a refusal.

    Raises:
        CommandRefusedError: The policy does not let it run; `code` is the reason code.
        NeedsValuesError: The line still holds a placeholder such as `<dir>`.
        InvalidInputError: The line is empty or too long.
    """
    call: Invocation | None = None
    try:
        call = parse(text)
        judgement = judge(call, rules, language)
    except RefusedError as refusal:
        better = suggest(call, refusal, rules)
        raise refusal.in_language(language, suggestion=better) from None
    return Plan(
        text=call.text, action=judgement.action, risk=judgement.risk,
        notes=tuple(put_into_words(note, language) for note in judgement.notes),
        needs_confirmation=judgement.risk is Risk.DESTROY and not confirmed,
    )  # fmt: skip
