"""Programs that only run the command behind them (`sudo -u me docker ps`).

`wrappers.tsv` holds them with those of their options that are given a value, with how many words of
their own stand before the command, and with what a line is about that they begin: the command, or
the program itself (`watch -n 1 docker ps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """A program that runs another one."""

    valued: frozenset[str]
    """Its options that a value follows."""
    operands: int
    """How many words of its own stand before the command."""
    is_about_command: bool
    """A line that it begins is about the command, not about itself."""


def _read() -> Mapping[str, Wrapper]:
    text = files("kb.text").joinpath("wrappers.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return {
        name: Wrapper(
            valued=frozenset(options.split()),
            operands=int(operands),
            is_about_command=about == "command",
        )
        for name, options, operands, about in rows
    }


WRAPPERS: Final = _read()
"""By their names."""


def behind_wrapper(words: Sequence[str], at: int) -> int:
    """Return where the command begins that the wrapper at `at` runs, behind its own options."""
    wrapper = WRAPPERS[words[at]]
    at += 1
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            at += 1
            break
        at += 2 if _takes_next(words[at], wrapper.valued) else 1
    return at + wrapper.operands


def _takes_next(option: str, valued: frozenset[str]) -> bool:
    """Tell whether an option's value is the next word: of `-nu`, not of `-uroot`."""
    if option.startswith("--"):
        return option in valued
    letters = (n for n, letter in enumerate(option) if f"-{letter}" in valued)
    return next(letters, 0) == len(option) - 1 > 0
