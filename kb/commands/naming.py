"""The commands and programs that a text names in plain words.

Docker's commands are known, so that they may stand without their program ("flags of run"). Programs
without sub-commands (`grep`, `tar`) are often called like a word (`find`, `sort`, `which`), so it
tells where one stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kb.commands.spec import CommandSpec, command_index
from kb.model import Chunk
from kb.text.command_lines import command_name
from kb.text.programs import DOCKER_GROUPS, PROGRAMS, WITH_SUBCOMMANDS

_WORD: Final = re.compile(r"(?<![\w./-])[a-z][a-z-]*(?![\w/-])")
_PROGRAMS: Final = {"docker": "", "docker-compose": "compose "}
"""What each program's commands are listed under."""
_MOST_WORDS: Final = 2
_MOST_NAME_WORDS: Final = 3
_PROGRAM: Final = re.compile(r"(?<![\w./-])[a-z][\w-]*(?![\w/])")
_BEFORE_PROGRAM: Final = re.compile(
    r"(?<![\w-])(?:of|in|for|with|command|program|у|в|для|к|команд\w*|программ\w*|утилит\w*)\s+$"
)
_FLAG_AFTER: Final = re.compile(r"\s+--?\w")
_OF_GROUPS: Final = WITH_SUBCOMMANDS | DOCKER_GROUPS
"""After these a word is a sub-command (`docker cp`)."""
_VERSION: Final = re.compile(r"\s*docker(?P<compose>[ -]compose)?\s+(?:--?version|-v)(?!\S)")
"""The commands `version`, written as flags."""
_NO_OWNER: Final = _OF_GROUPS | {"which"}


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
    if asked := _VERSION.match(command):
        return command_index()["compose version" if asked["compose"] else "version"]
    named = named_in(command.strip())
    return named[0].spec if named and named[0].has_program else None


def commands_named(text: str) -> Iterator[str]:
    """Yield the commands that a text names in full: `docker volume ls`, `git stash pop`.

    A docker command may stand without its program ("flags of run").
    """
    others = list(_commands_of_others(text))
    for one in named_in(text):
        words = " ".join(text[one.start : one.end].split())
        if one.has_program:
            yield words
        elif not any(start <= one.start < end for _, start, end in others):
            yield f"docker {words}"
    yield from (name for name, _, _ in others)


def _commands_of_others(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the commands of other programs with sub-commands, and their offsets."""
    words = list(_WORD.finditer(text))
    for at, word in enumerate(words):
        if word.group() in WITH_SUBCOMMANDS and word.group() not in _PROGRAMS:
            name = command_name(
                " ".join(said.group() for said in words[at : at + _MOST_NAME_WORDS])
            )
            yield name, word.start(), words[at + name.count(" ")].end()


def programs_asked(text: str) -> set[str]:
    """Return the programs whose flags a question may ask for, wherever they stand in it."""
    return {word for word, _, _ in _programs(text.lower())}


def programs_named(text: str) -> set[str]:
    """Return the programs that a question surely names: before a flag, or after "of", "in"."""
    lower = text.lower()
    return {
        word
        for word, start, end in _programs(lower)
        if _FLAG_AFTER.match(lower, end) or _BEFORE_PROGRAM.search(lower[:start])
    }


def _programs(text: str) -> list[tuple[str, int, int]]:
    """Return each program without sub-commands, with its offsets; none is a sub-command there."""
    found: list[tuple[str, int, int]] = []
    before = ""
    for match in _PROGRAM.finditer(text):
        word = match.group()
        if word in PROGRAMS - _NO_OWNER and before not in _OF_GROUPS:
            found.append((word, match.start(), match.end()))
        before = word
    return found


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
