"""Which command or option was meant by one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from kb.commands.spec import FlagSpec, Verdict, command_groups, command_index

_GROUPS_BY_USE = ("system", "container", "image", "volume", "network", "builder", "compose")
"""Whose command a word is taken for that several groups have (`docker prune`)."""
_COMMAND_CUTOFF = 0.6
_FLAG_CUTOFF = 0.75
_MIN_PREFIX = 2
"""A shorter beginning says too little."""


def nearest_command(word: str, group: str = "") -> str:
    """Return the command or group that was meant, as written after `docker`; empty for none.

    Args:
        word: What was written, its look-alike letters made Latin.
        group: The group before it; empty where it stands first.
    """
    index = command_index()
    if group:
        within = [name.removeprefix(f"{group} ") for name in index if name.startswith(f"{group} ")]
        near = _nearest(word, within, _COMMAND_CUTOFF)
        return f"{group} {near}" if near else ""
    if word.removesuffix("s") in command_groups():
        return word.removesuffix("s")
    for name in _GROUPS_BY_USE:
        if f"{name} {word}" in index:
            return f"{name} {word}"
    first = {name for name in index if " " not in name} | command_groups()
    return _nearest(word, sorted(first), _COMMAND_CUTOFF)


def nearest_flag(flags: Sequence[FlagSpec], written: str, whole: str) -> str:
    """Return the option that was meant, never one that is refused; empty for none.

    Args:
        flags: The command's options.
        written: The one that is not among them, `--nam` or `-n`.
        whole: The word that it stands in: `-name` is read as `-n`, `-a`, `-m`, `-e`.
    """
    passing = [flag for flag in flags if flag.verdict is not Verdict.REFUSE]
    names = [flag.name for flag in passing]
    if not written.startswith("--"):
        long = f"-{whole.partition('=')[0]}"
        return long if long in names else ""
    shorts = {flag.short: flag.name for flag in passing if flag.short}
    return shorts.get(written[1:], "") or _nearest(written, names, _FLAG_CUTOFF)


def _nearest(word: str, known: Collection[str], cutoff: float) -> str:
    """Return what differs by two letters that changed places, goes on further, or looks alike."""
    swapped = [name for name in known if name in _swaps(word)]
    begun = len(word.strip("-")) >= _MIN_PREFIX
    longer = sorted((name for name in known if begun and name.startswith(word)), key=len)
    alike = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return next(iter([*swapped, *longer, *alike]), "")


def _swaps(word: str) -> frozenset[str]:
    """Return the word with each two neighbours in each other's place."""
    return frozenset(
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)
    )
