"""What of the docker command line may reach the sandbox, and in which form.

Three steps. `refuse_outright` knows what is never let pass, whatever else stands in the line: a
command or an option that the tables refuse, a mount of the machine's files. `refuse_shell` knows
what only a shell could do. `read_action` turns the rest into a typed action: it copies nothing
that it does not know, so that the tables and the readers together are an allow-list.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.actions import Action, Prune, RunCompose, ShowHelp
from kb.commands.container.confinement import refuse_namespaces, refuse_security_options
from kb.commands.container.mounts import refuse_bind, refuse_host_source, split_volume
from kb.commands.container.networking import refuse_foreign_network
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.line.tokens import Mark
from kb.commands.messages.usage import write_help
from kb.commands.readers import find_reader
from kb.commands.spec import FETCHING, Verdict
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.kinds import KINDS
from kb.commands.values.references import refuse_private_registry
from kb.model import Language, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the policy makes of an invocation that it lets pass."""

    action: Action
    risk: Risk
    notes: tuple[Saying, ...] = ()


def refuse_outright(call: Invocation) -> None:
    """Refuse what is never let pass.

    Raises:
        CommandRefusedError: With the reason code of the first such thing.
    """
    if call.help:
        return
    for option in call.options:
        if option.flag.verdict is Verdict.REFUSE and option.on:
            raise refused(option.flag.code, key=option.flag.key, part=option.written)
    if call.command.verdict is Verdict.REFUSE:
        raise refused(call.command.code, part=f"docker {call.command.path}")
    for option in call.options:
        if option.flag.kind == "volume-mount" and ":" in option.value:
            source, *rest = split_volume(option.value)
            refuse_host_source(source, rest[0] if rest else "")
        elif option.flag.kind == "mount":
            refuse_bind(option.value)
        elif option.flag.kind == "network":
            refuse_foreign_network(option.value)
    refuse_namespaces(call)
    refuse_security_options(call)


def refuse_shell(call: Invocation) -> None:
    """Refuse what only a shell would fill in.

    Raises:
        CommandRefusedError: `shell_syntax`.
    """
    for token in call.tokens:
        if token.marks & {Mark.SUBSTITUTION, Mark.VARIABLE}:
            raise refused("shell_syntax", part=token.text)


def check_values(call: Invocation) -> None:
    """Check every value that has a form of its own.

    Raises:
        CommandRefusedError: `invalid_value`, or `private_registry` for an image to be fetched.
    """
    for option in call.options:
        if option.flag.takes_value:
            _check_value(option.flag.kind, option.value)
    for operand in call.operands:
        _check_value(operand.kind, operand.value)
        if operand.kind == "image" and call.command.path in FETCHING:
            refuse_private_registry(operand.value)


def _check_value(kind: str, value: str) -> None:
    if kind in {"context", "build-file", "compose-file"}:
        return  # the reader has a reason code of its own for these
    if kind not in {"args", "ps-args", "text", "env"} and value.startswith("-") and value != "-1":
        raise refused("invalid_value", key="problem.option_like", value=value)
    if problem := KINDS[kind].check(value):
        raise refused("invalid_value", key=f"problem.{problem}", value=value)


def read_action(call: Invocation, rules: Rules, language: Language = "en") -> Judgement:
    """Return the action of an invocation that `refuse_outright` has let pass.

    Args:
        call: The invocation.
        rules: Limits and reserved ports of this installation.
        language: Of the text of `--help`.

    Raises:
        CommandRefusedError: A value asks for what the sandbox does not give.
    """
    if call.help:
        return Judgement(action=ShowHelp(text=write_help(call, language)), risk=Risk.READ)
    check_values(call)
    notes: list[Saying] = []
    reader = find_reader(call.command.path)
    if reader is None:
        raise refused("not_offered", part=f"docker {call.command.path}")
    action = reader(call, rules, notes)
    notes += _ignored(call)
    return Judgement(action=action, risk=_weigh(call, action), notes=tuple(dict.fromkeys(notes)))


def _ignored(call: Invocation) -> list[Saying]:
    return [
        saying("note.ignored", flag=option.written)
        for option in call.options
        if option.flag.verdict is Verdict.NEUTRALISE and option.flag.code == "ignored"
    ]


def _weigh(call: Invocation, action: Action) -> Risk:
    """Return the command's risk; options that remove something raise it."""
    if isinstance(action, Prune):
        return Risk.DESTROY
    if isinstance(action, RunCompose) and any(
        option.flag.verdict is Verdict.CONFIRM and option.on for option in call.options
    ):
        return Risk.DESTROY
    return call.command.risk
