"""What runs a docker command in another way: `sudo`, `nohup`, `timeout 5`, a loop of the shell.

The table `data/wrappers.tsv` tells of each program the options that a value follows, and how many
words of its own stand before the command.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from kb.commands.texts import read_rows
from kb.commands.tokens import Mark, Token

PROGRAMS: Final = {
    "docker": "docker", "docker.exe": "docker",
    "docker-compose": "compose", "docker-compose.exe": "compose",
}  # fmt: skip
"""What the client is called, and whose command line it then reads."""
_RESERVED: Final = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})
"""Words of the shell's grammar that a command follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrapper:
    """A program that runs another one."""

    valued: frozenset[str]
    """Its options that a value follows."""
    operands: int
    """How many words of its own stand before the command."""


@cache
def _wrappers() -> dict[str, _Wrapper]:
    return {
        row["program"]: _Wrapper(
            valued=frozenset(row["valued"].split()), operands=int(row["operands"])
        )
        for row in read_rows("wrappers.tsv")
    }


def unwrap(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return what the program in front runs, `NAME=value` before it included.

    The tokens themselves where the first one runs no other program.
    """
    wrapper = _wrappers().get(tokens[0].value) if tokens else None
    if wrapper is None:
        return tokens
    at = 1
    while at < len(tokens) and tokens[at].value.startswith("-"):
        at += 2 if _has_value(tokens[at].value, wrapper.valued) else 1
    return tokens[at + wrapper.operands :]


def _has_value(option: str, valued: frozenset[str]) -> bool:
    """Tell whether a value follows an option; of joined ones the last may have one."""
    return option in valued or (option[1:2] != "-" and f"-{option[-1]}" in valued)


def is_variable(word: str) -> bool:
    """Tell whether a word before a command would set a variable: `NAME=value`."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def runs_docker(tokens: tuple[Token, ...]) -> bool:
    """Tell whether a docker command stands here, whatever runs it."""
    while tokens:
        inner = tokens[1:] if is_variable(tokens[0].value) else unwrap(tokens)
        if inner == tokens:
            return tokens[0].value.lower() in PROGRAMS
        tokens = inner
    return False


def find_command(tokens: tuple[Token, ...]) -> slice:
    """Return where the first docker command stands among all that a shell would run.

    Empty where there is none, or where it reads what another one prints.
    """
    start = 0
    while start < len(tokens):
        end = _end_of_command(tokens, start)
        while start < end and tokens[start].value in _RESERVED:
            start += 1
        if runs_docker(tokens[start:end]):
            is_fed = start > 0 and tokens[start - 1].text == "|"
            return slice(0, 0) if is_fed else slice(start, end)
        start = end + 1
    return slice(0, 0)


def _end_of_command(tokens: tuple[Token, ...], start: int) -> int:
    operators = (at for at in range(start, len(tokens)) if Mark.OPERATOR in tokens[at].marks)
    return next(operators, len(tokens))
