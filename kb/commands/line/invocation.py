"""A command line, understood: its command, options and operands, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.line.tokens import LineToken
from kb.commands.spec import CommandSpec, FlagSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option as it was given."""

    flag: FlagSpec
    written: str
    """`--publish` or `-p`."""
    value: str
    """Empty for a switch that is on; `false` for one turned off."""
    token: int
    """Index of the token that holds the option's name."""
    value_token: int
    """Index of the token that holds its value; the same one where the value is attached."""
    value_start: int
    """Offset of the value in that token's value."""

    @property
    def on(self) -> bool:
        """Whether it counts: a switch that is on, or an option with any value, `false` too."""
        return self.flag.takes_value or self.value != "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One operand as it was given."""

    kind: str
    value: str
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command line, understood."""

    text: str
    """Cleaned of prompt and comment, on one line."""
    program: str
    """`docker` or `compose` (for `docker-compose`)."""
    tokens: tuple[LineToken, ...]
    command: CommandSpec
    words: tuple[int, ...]
    """Indices of the tokens that name program and command."""
    options: tuple[Option, ...] = ()
    """Global options first, in order."""
    operands: tuple[Operand, ...] = ()
    help: bool = False
    """`--help` was asked for."""

    def on(self, name: str) -> bool:
        """Tell whether a switch is given and on; the last one counts."""
        given = [option.on for option in self.options if option.flag.name == name]
        return bool(given) and given[-1]

    def value(self, *names: str) -> str | None:
        """Return the value of an option (of any of its names); the last one counts."""
        given = self.values(*names)
        return given[-1] if given else None

    def values(self, *names: str) -> tuple[str, ...]:
        """Return all values of an option, in order."""
        return tuple(option.value for option in self.options if option.flag.name in names)

    def operand_values(self, kind: str) -> tuple[str, ...]:
        """Return the operands of a kind, in order."""
        return tuple(operand.value for operand in self.operands if operand.kind == kind)
