"""The programs that notes call, and their sub-commands.

`programs.tsv` holds the programs, a group of sub-commands (`docker volume`) in a row of its own;
`*` stands for sub-commands that are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

_UNLISTED: Final = "*"


def _read_rows() -> list[list[str]]:
    text = files("kb.text").joinpath("programs.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def _subcommands(rows: Sequence[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """Return the sub-commands of each program and group that has some; of one like another, its."""
    own = {name: frozenset(words.split()) for name, _, words in rows if words}
    like = {name: other for name, other, _ in rows if other}
    shared = {
        name + path.removeprefix(other): words
        for name, other in like.items()
        for path, words in own.items()
        if path == other or path.startswith(f"{other} ")
    }
    return own | shared


_ROWS: Final = _read_rows()
_SUBCOMMANDS: Final = _subcommands(_ROWS)
PROGRAMS: Final = frozenset(name for name, _, _ in _ROWS if " " not in name)
WITH_SUBCOMMANDS: Final = PROGRAMS & _SUBCOMMANDS.keys()


@cache
def groups_of(program: str) -> frozenset[str]:
    """Return the sub-commands of a program that have some of their own: `volume` of `docker`."""
    return frozenset(path.split()[1] for path in _SUBCOMMANDS if path.startswith(f"{program} "))


DOCKER_GROUPS: Final = groups_of("docker")


def subcommands_of(path: str) -> frozenset[str] | None:
    """Return the sub-commands that are known of a program, or of a group (`docker volume`).

    None where there are none, or they are not listed.
    """
    words = _SUBCOMMANDS.get(path, frozenset())
    return words if words and _UNLISTED not in words else None
