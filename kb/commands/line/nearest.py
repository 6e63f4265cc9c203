"""Which command or option was meant by one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from rapidfuzz.distance import OSA

from kb.commands.spec import FlagSpec, Verdict, command_groups, command_index

_GROUPS_BY_USE = ("system", "container", "image", "volume", "network", "builder", "compose")
"""Whose command a word is taken for that several groups have (`docker prune`)."""
_LETTERS_PER_SLIP = 3
"""One letter in so many may be wrong in a command's name; two may always change places."""
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
        near = _nearest_command(word, within)
        return f"{group} {near}" if near else ""
    if word.removesuffix("s") in command_groups():
        return word.removesuffix("s")
    for name in _GROUPS_BY_USE:
        if f"{name} {word}" in index:
            return f"{name} {word}"
    first = {name for name in index if " " not in name} | command_groups()
    return _nearest_command(word, sorted(first))


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
    return shorts.get(written[1:], "") or _nearest_flag(written, names)


def _nearest_command(word: str, known: Collection[str]) -> str:
    """Return what the word is the beginning of, or differs from by few letters."""
    if longer := _longer(word, known):
        return longer
    if swapped := [name for name in known if name in _swaps(word)]:
        return swapped[0]
    slips = {name: OSA.distance(word, name) for name in known}
    fewest = min(slips.values(), default=0)
    if fewest > len(word) // _LETTERS_PER_SLIP:
        return ""
    nearest = [name for name, count in slips.items() if count == fewest]
    return max(nearest, key=lambda name: _likeness(word, name))


def _nearest_flag(written: str, names: Collection[str]) -> str:
    """Return what differs by two letters that changed places, goes on further, or looks alike."""
    swapped = [name for name in names if name in _swaps(written)]
    alike = difflib.get_close_matches(written, names, n=1, cutoff=_FLAG_CUTOFF)
    return next(iter([*swapped, *filter(None, [_longer(written, names)]), *alike]), "")


def _longer(word: str, known: Collection[str]) -> str:
    """Return the shortest name that the word begins; empty where it is too short to tell."""
    begun = len(word.strip("-")) >= _MIN_PREFIX
    return min((name for name in known if begun and name.startswith(word)), key=len, default="")


def _likeness(word: str, name: str) -> float:
    return difflib.SequenceMatcher(None, word, name).ratio()


def _swaps(word: str) -> frozenset[str]:
    """Return the word with each two neighbours in each other's place."""
    return frozenset(
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)
    )
