"""The steps of the policy in their order: for a line that is to run, and for one that is shown."""

from __future__ import annotations

from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.loop import read_loop
from kb.commands.policy import Judgement, read_action, refuse_outright, refuse_shell
from kb.commands.slots import require_values, with_samples
from kb.model import Language


def judge(call: Invocation, rules: Rules, language: Language = "en") -> Judgement:
    """Return what the policy makes of an invocation that is to run.

    Raises:
        CommandRefusedError: It is refused.
        NeedsValuesError: A placeholder is left.
    """
    refuse_outright(call)
    if loop := read_loop(call, rules):
        return loop
    refuse_shell(call)
    require_values(call, typed=True, language=language)
    return read_action(call, rules, language)


def judge_as_shown(call: Invocation, rules: Rules, *, problems: bool = True) -> Judgement:
    """Return what the policy makes of an invocation whose placeholders are still to be filled in.

    Harmless values stand in their place.

    Args:
        call: The invocation.
        rules: Limits and reserved ports of this installation.
        problems: Harmless values also stand in the place of those that cannot work as written.

    Raises:
        CommandRefusedError: It is refused, whatever is filled in.
    """
    refuse_outright(call)
    if loop := read_loop(call, rules):
        return loop
    sampled = with_samples(call, problems=problems)
    refuse_shell(sampled)
    return read_action(sampled, rules)
