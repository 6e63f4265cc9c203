"""Which command of a line has a flag: one behind a pipe, or one that another command runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.text.programs import PROGRAMS

_JOINTS: Final = frozenset({"|", "||", "&&", ";"})
_RUNNERS: Final = frozenset("env nohup ssh sudo time watch xargs".split())
"""Programs that run others."""
_RUNNING: Final = frozenset({"exec", "run"})
"""Sub-commands that run a program elsewhere."""
_WITH_RUNNING: Final = frozenset("docker docker-compose kubectl podman".split())
_NAME_WORDS: Final = 4
"""Where in a command at the latest its sub-command stands (`docker compose -f x exec`)."""
_JOINED: Final = re.compile(r"-[A-Za-z]{2,}")


def owners_of(commands: Sequence[str], flags: Sequence[str]) -> tuple[str, ...]:
    """Return the commands that have the flags, where some have; else all as they are.

    `--clean` in `docker exec -i pg pg_restore --clean` is `pg_restore`'s, `-i` is `docker exec`'s.
    """
    holders = (_holder(command, flags) for command in commands)
    return tuple(dict.fromkeys(filter(None, holders))) or tuple(commands)


def _holder(command: str, flags: Sequence[str]) -> str:
    """Return the command within a line that has one of the flags; empty where none has."""
    words = command.split()
    at = _place_of(words, flags)
    if at == 0:
        return ""
    start = _start(words, at)
    if start in {0, at}:  # a flag behind a joint is nobody's
        return command if start == 0 else ""
    ends = (n for n in range(at, len(words)) if words[n] in _JOINTS)
    part = " ".join(words[start : next(ends, len(words))])
    bare = part.lstrip("$(\"'")
    return bare if bare == part else bare.rstrip(")\"'")


def _place_of(words: Sequence[str], flags: Sequence[str]) -> int:
    """Return where one of the flags stands, alone before joined with others (`-czf`); else 0."""
    bare = [word.strip("\"')") for word in words]
    whole = (n for n, word in enumerate(bare) if word.split("=")[0] in flags)
    letters = {flag[1] for flag in flags if len(flag) == 2}
    joined = (
        n for n, word in enumerate(bare) if _JOINED.fullmatch(word) and letters.intersection(word)
    )
    return next(whole, 0) or next(joined, 0)


def _start(words: Sequence[str], at: int) -> int:
    """Return where the command begins that a word belongs to."""
    joints = (n + 1 for n in range(at) if words[n] in _JOINTS or words[n + 1].startswith("$("))
    start = max(joints, default=0)
    first = start + _first_inner(words[start:at])
    inner = (n for n in range(at - 1, first - 1, -1) if first > start and _is_run(words, n))
    return next(inner, start)


def _first_inner(words: Sequence[str]) -> int:
    """Return from where on a command may run another one; 0 where it runs none."""
    first = words[0] if words else ""
    if first in _RUNNERS:
        return 1
    if first not in _WITH_RUNNING:
        return 0
    return next((n + 1 for n, word in enumerate(words[:_NAME_WORDS]) if word in _RUNNING), 0)


def _is_run(words: Sequence[str], at: int) -> bool:
    """Tell whether a word is the program that is run, not what a flag before it is given."""
    word = words[at]
    is_given = words[at - 1].startswith("-") and words[at - 1] != "--" and word[0] not in "\"'"
    return word.strip("\"'") in PROGRAMS and not is_given
