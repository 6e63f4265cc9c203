"""Options that several commands have."""

from __future__ import annotations

from kb.commands.actions import Filter
from kb.commands.limits import Limits
from kb.commands.line.invocation import Invocation
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.quantities import parse_count
from kb.commands.values.template import parse_template

_TERMINAL = frozenset({"--interactive", "--tty"})


def read_filters(call: Invocation) -> tuple[Filter, ...]:
    """Return what `--filter` asks for.

    Raises:
        CommandRefusedError: `invalid_value`: one is no `key=value`.
    """
    filters = []
    for value in call.values("--filter"):
        key, equals, content = value.partition("=")
        if not equals or not key:
            raise refused("invalid_value", key="problem.filter", value=value)
        filters.append(Filter(key=key.strip().lower(), value=content.strip()))
    return tuple(filters)


def read_format(call: Invocation) -> str | None:
    """Return the template of `--format`; None for the usual table.

    Raises:
        CommandRefusedError: `format`: it uses more than texts and fields.
    """
    template = call.value("--format")
    if not template or template == "table":
        return None
    parse_template(template)
    return template


def read_stop_timeout(value: str | None, limits: Limits, notes: list[Saying]) -> int | None:
    """Return how many seconds a container may take to stop, lowered to ours; None for the default.

    Args:
        value: Of `--time`, `--timeout` or `--stop-timeout`; None where none is given.
        limits: What it is lowered to.
        notes: Is told when it was.
    """
    number = parse_count(value or "")
    limit = limits.stop_timeout_s
    if number is not None and not 0 <= number <= limit:
        notes.append(saying("note.stop_timeout_capped", limit=limit))
        return limit
    return number


def refuse_terminal(call: Invocation) -> None:
    """Refuse `-i` and `-t`: nobody could type.

    Raises:
        CommandRefusedError: `needs_terminal`.
    """
    given = [o.written for o in call.options if o.flag.name in _TERMINAL and o.on]
    if not given:
        return
    part = " ".join(given)
    if call.command.path == "exec":
        name = call.operand_values("container")[0]
        raise refused("needs_terminal", key="needs_terminal.exec", part=part, name=name)
    raise refused("needs_terminal", part=part)
