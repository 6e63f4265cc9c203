"""The docker commands that a text names in plain words, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kb.commands.spec import CommandSpec, command_index
from kb.model import Chunk

_WORD: Final = re.compile(r"(?<![\w./-])[a-z][a-z-]*(?![\w/-])")
_PROGRAMS: Final = {"docker": "", "docker-compose": "compose "}
"""What each program's commands are listed under."""
_MOST_WORDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCommand:
    """A command in a text."""

    spec: CommandSpec
    start: int
    """Offset of its first character, the program's where that is said."""
    end: int
    """Offset after its last character."""
    has_program: bool
    """It is said with its program (`docker start`), so it is no plain word (`start`)."""


def named_in(text: str) -> list[NamedCommand]:
    """Return the commands that the text names, in order; aliases give the same `spec`."""
    words = list(_WORD.finditer(text))
    found: list[NamedCommand] = []
    position = 0
    while position < len(words):
        command = _read(text, words[position:])
        if command is not None:
            found.append(command)
        end = command.end if command else words[position].end()
        position += sum(word.start() < end for word in words[position:])
    return found


def named_with_program(text: str) -> list[NamedCommand]:
    """Return the commands that the text names with their program, so that none is a plain word."""
    return [one for one in named_in(text) if one.has_program]


def specs_of(chunk: Chunk) -> list[CommandSpec | None]:
    """Return what is known of each command of a chunk."""
    return [spec_of(command) for command in chunk.commands]


@lru_cache(maxsize=20_000)
def spec_of(command: str) -> CommandSpec | None:
    """Return what is known of a command line's command (`docker container run x`)."""
    named = named_in(command.strip())
    return named[0].spec if named and named[0].has_program else None


def _read(text: str, words: Sequence[re.Match[str]]) -> NamedCommand | None:
    """Return the longest command that begins with the first word."""
    program = words[0].group()
    has_program = program in _PROGRAMS
    rest = words[1:] if has_program else words
    for count in range(_MOST_WORDS, 0, -1):
        said = rest[:count]
        if len(said) < count:
            continue
        whole = text[words[0].start() : said[-1].end()].split()
        name = _PROGRAMS.get(program, "") + " ".join(whole[int(has_program) :])
        if spec := command_index().get(name):
            return NamedCommand(
                spec=spec, start=words[0].start(), end=said[-1].end(), has_program=has_program
            )
    return None
