"""Programs that only run the command behind them (`sudo -u me docker ps`).

`wrappers.tsv` holds them with those of their options that are given a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final


def _read() -> Mapping[str, frozenset[str]]:
    text = files("kb.text").joinpath("wrappers.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return {name: frozenset(options.split()) for name, options in rows}


WRAPPERS: Final = _read()
"""The options with a value of each."""


def behind_wrapper(words: Sequence[str], at: int) -> int:
    """Return where the command begins that the wrapper at `at` runs, behind its own options."""
    valued = WRAPPERS[words[at]]
    at += 1
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return at + 1
        at += 2 if _takes_next(words[at], valued) else 1
    return at


def _takes_next(option: str, valued: frozenset[str]) -> bool:
    """Tell whether an option's value is the next word: of `-nu`, not of `-uroot`."""
    if option.startswith("--"):
        return option in valued
    letters = (n for n, letter in enumerate(option) if f"-{letter}" in valued)
    return next(letters, 0) == len(option) - 1 > 0
