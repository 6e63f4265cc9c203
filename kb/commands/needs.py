"""What people want of docker in plain words, and the command or flag that does it.

From `data/needs.tsv`: a description tells what a command is ("runs a command within a container
that runs"); people ask for what they want ("open a shell inside a running container").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kb.commands.texts import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandNeed:
    """Something that people want."""

    text: str
    """English or Russian, without a question word: "remove a docker volume"."""
    command: str
    """Path of the command that does it: `volume rm`."""
    flag: str
    """Long name of the flag of that command that does it (`--rm`); empty for the command alone."""


@cache
def command_needs() -> tuple[CommandNeed, ...]:
    """Return the needs in the order of the table."""
    return tuple(
        CommandNeed(text=row["need"], command=row["command"], flag=row["flag"])
        for row in read_rows("needs.tsv")
    )
