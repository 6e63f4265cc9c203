"""The one idiom of the shell that is understood: `docker rm $(docker ps -aq)`."""

from __future__ import annotations

from dataclasses import replace

from kb.commands.actions import ForEachListed, Listing, Targeted
from kb.commands.limits import Rules
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation, Operand
from kb.commands.line.tokens import LineToken, Mark
from kb.commands.policy import Judgement, read_action, refuse_outright, refuse_shell
from kb.commands.values.kinds import KINDS

_LISTED_BY = {
    "container": "ps", "image": "images", "volume": "volume ls", "network": "network ls",
}  # fmt: skip


def read_loop(call: Invocation, rules: Rules) -> Judgement | None:
    """Return the two actions of `docker rm $(docker ps -aq)`; None where the line is no such thing.

    Raises:
        CommandRefusedError: One of the two commands is refused.
    """
    inner = [operand for operand in call.operands if _is_substitution(call.tokens[operand.token])]
    marked = [token for token in call.tokens if token.marks & {Mark.SUBSTITUTION, Mark.VARIABLE}]
    if len(inner) != 1 or len(marked) != 1:
        return None
    listing = _read_listing(inner[0], rules)
    if listing is None:
        return None
    outer = _read_outer(call, inner[0], rules)
    if not isinstance(outer.action, Targeted):
        return None
    targets = tuple(o.value for o in call.operands if o.token != inner[0].token)
    action = ForEachListed(listing=listing, action=replace(outer.action, targets=targets))
    return Judgement(action=action, risk=outer.risk, notes=outer.notes)


def _is_substitution(token: LineToken) -> bool:
    return Mark.SUBSTITUTION in token.marks and _inside(token.text) != ""


def _inside(text: str) -> str:
    """Return the command in `$(…)` or backticks when nothing else stands in the token."""
    if text.startswith("$(") and text.endswith(")"):
        return text[2:-1]
    if text.startswith("`") and text.endswith("`") and text.count("`") == 2:
        return text[1:-1]
    return ""


def _read_listing(operand: Operand, rules: Rules) -> Listing | None:
    text = _inside(operand.value)
    if operand.kind not in _LISTED_BY or not text.strip().startswith("docker "):
        return None
    call = parse(text)
    if call.command.path != _LISTED_BY.get(operand.kind) or not call.on("--quiet"):
        return None
    if call.value("--format") or call.help:
        return None
    refuse_outright(call)
    refuse_shell(call)
    action = read_action(call, rules).action
    return action if isinstance(action, Listing) else None


def _read_outer(call: Invocation, inner: Operand, rules: Rules) -> Judgement:
    stand_in = replace(inner, value=KINDS[inner.kind].sample)
    operands = tuple(stand_in if o.token == inner.token else o for o in call.operands)
    return read_action(replace(call, operands=operands), rules)
