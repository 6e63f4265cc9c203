"""What a command line calls: its words from the program on, and the name of its command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.text.programs import WITH_SUBCOMMANDS, groups_of, subcommands_of
from kb.text.wrappers import WRAPPERS, behind_wrapper

_SETTING: Final = re.compile(
    r"""[A-Za-z_][A-Za-z0-9_]*="""
    r"""(?:[^\s"'`$(\\]|\\(?:.|$)|"(?:\\.|[^"\\])*"|'[^']*'|`[^`]*`|\$\([^()]*\)|\$(?!\())*"""
)
"""As a shell takes it: what is quoted or substituted is closed."""
_CALLED: Final = re.compile(r"[\"']?(?:\./|~/|/)?[A-Za-z]")
"""How a program begins that another one runs."""
_PLAIN_WORD: Final = re.compile(r"[a-z][a-z\d]*")
"""A sub-command, where it need not be one of those that are known."""


def called_words(line: str) -> list[str]:
    """Return a command's words from the program on, without `NAME=value` and `sudo -u name`."""
    words = line.split()
    return words[words_before_program(words) :]


def command_name(line: str) -> str:
    """Return program and sub-commands of a command line: `docker volume ls`, `psql`.

    Options, with their values, may stand between them (`git -C folder status`). What calls nothing
    is its own name.
    """
    words = called_words(line)
    if not words:
        return line.strip()
    program = words[0]
    if program not in WITH_SUBCOMMANDS:
        return program
    first = 1 if _PLAIN_WORD.fullmatch("".join(words[1:2])) else _known_at(program, words, 1)
    if not first:
        return program
    name = f"{program} {words[first]}"
    inner = _known_at(name, words, first + 1) if words[first] in groups_of(program) else 0
    return f"{name} {words[inner]}" if inner else name


def sets_variable(word: str) -> bool:
    """Tell whether a word as it is written before a program sets a variable: `NAME=value`."""
    return _SETTING.fullmatch(word) is not None


def words_before_program(words: Sequence[str]) -> int:
    """Return how many words stand before the program that a command line is about.

    These are settings (`NAME=value`) and programs that only run another one, with their options. A
    program of that kind that runs nothing (`sudo -i`, `env | sort`) is the one itself.
    """
    start = at = 0
    is_wrapped = False
    while at < len(words):
        if sets_variable(words[at]):
            at += 1
            start = start if is_wrapped else at
        elif (wrapper := WRAPPERS.get(words[at])) and wrapper.is_about_command:
            is_wrapped, at = True, behind_wrapper(words, at)
        else:
            return at if not is_wrapped or _CALLED.match(words[at]) else start
    return start


def _known_at(path: str, words: Sequence[str], at: int) -> int:
    """Return where a known sub-command stands, at `at` or behind options; 0 for nowhere."""
    program, _, group = path.partition(" ")
    known = (subcommands_of(path) or frozenset()) | (frozenset() if group else groups_of(program))
    may_be_value = False
    for place in range(at, len(words)):
        word = words[place]
        if word in known:
            return place
        if not (word.startswith("-") or may_be_value):
            break
        may_be_value = word.startswith("-") and "=" not in word
    return 0
