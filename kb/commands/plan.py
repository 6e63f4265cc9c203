"""From a final command line to the action that the sandbox executes."""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.actions import Action, ShowHelp
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.loop import read_loop
from kb.commands.messages.usage import write_help
from kb.commands.policy import Judgement, read_action, refuse_outright, refuse_shell
from kb.commands.slots import require_values
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
    action = judgement.action
    if isinstance(action, ShowHelp):
        action = ShowHelp(text=write_help(call, language))
    return Plan(
        text=call.text, action=action, risk=judgement.risk,
        notes=tuple(put_into_words(note, language) for note in judgement.notes),
        needs_confirmation=judgement.risk is Risk.DESTROY and not confirmed,
    )  # fmt: skip


def judge(call: Invocation, rules: Rules, language: Language = "en") -> Judgement:
    """Return what the policy makes of an invocation.

    Raises:
        CommandRefusedError: It is refused.
        NeedsValuesError: A placeholder is left.
    """
    refuse_outright(call)
    if loop := read_loop(call, rules):
        return loop
    refuse_shell(call)
    require_values(call, typed=True, language=language)
    return read_action(call, rules)
