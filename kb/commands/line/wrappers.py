"""What runs a docker command in another way: `sudo`, `nohup`, `timeout 5`, a loop of the shell."""

from __future__ import annotations

from typing import Final

from kb.commands.line.tokens import LineToken, Mark
from kb.text.command_lines import sets_variable
from kb.text.wrappers import WRAPPERS, behind_wrapper

PROGRAMS: Final = {
    "docker": "docker", "docker.exe": "docker",
    "docker-compose": "compose", "docker-compose.exe": "compose",
}  # fmt: skip
"""What the client is called, and whose command line it then reads."""
_RESERVED: Final = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})
"""Words of the shell's grammar that a command follows."""


def unwrap(tokens: tuple[LineToken, ...]) -> tuple[LineToken, ...]:
    """Return what the program in front runs, `NAME=value` before it included.

    The tokens themselves where the first one runs no other program.
    """
    if not tokens or tokens[0].value not in WRAPPERS:
        return tokens
    return tokens[behind_wrapper([token.value for token in tokens], 0) :]


def runs_docker(tokens: tuple[LineToken, ...]) -> bool:
    """Tell whether a docker command stands here, whatever runs it."""
    while tokens:
        inner = tokens[1:] if sets_variable(tokens[0].text) else unwrap(tokens)
        if inner == tokens:
            return tokens[0].value.lower() in PROGRAMS
        tokens = inner
    return False


def find_command(tokens: tuple[LineToken, ...]) -> slice:
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


def _end_of_command(tokens: tuple[LineToken, ...], start: int) -> int:
    operators = (at for at in range(start, len(tokens)) if Mark.OPERATOR in tokens[at].marks)
    return next(operators, len(tokens))
