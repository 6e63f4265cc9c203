"""The `[n]` marker after a quote, where Markdown shows it as text."""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(
    r"(?P<before>(?:\s|>|[*+-]\s|\d{1,9}[.)]\s)*)(?P<fence>`{3,}|~{3,})(?P<info>.*)"
)
_OWN_LINE: Final = re.compile(r"\s*(?:[*+-]\s|\d{1,9}[.)]\s|[>|]|`{3}|~{3})|(?: {4}|\t)")
"""How a line begins that ends a fence, list, table, quote or indented code."""
_TABLE_RULE: Final = re.compile(r"^(?=[^|\n]*\|)[ \t|:-]+$", re.MULTILINE)
_CONTAINER: Final = re.compile(r"[^\s>]")


def mark(text: str, number: int) -> str:
    """Put the `[n]` marker at the end: on a line of its own after a fence, list or table.

    A fence that the text leaves open is closed first.
    """
    text = text.rstrip()
    block = text.rsplit("\n\n", 1)[-1]
    last = block.rsplit("\n", 1)[-1]
    if opened := _open_fence(text):
        closing = _CONTAINER.sub(" ", opened["before"]) + opened["fence"]
        return f"{text}\n{closing}\n\n[{number}]"
    stands_alone = _OWN_LINE.match(last) or _TABLE_RULE.search(block)
    return f"{text}\n\n[{number}]" if stands_alone else f"{text} [{number}]"


def has_fence(text: str) -> bool:
    """Tell whether a fence begins on some line of a text."""
    return any(_opens(line) for line in text.split("\n"))


def _open_fence(text: str) -> re.Match[str] | None:
    """Return the beginning of the fence in which a text ends; None where it ends outside of one."""
    opened: re.Match[str] | None = None
    for line in text.split("\n"):
        if opened is None:
            opened = _opens(line)
        elif _closes(line, opened["fence"]):
            opened = None
    return opened


def _opens(line: str) -> re.Match[str] | None:
    """Return how a fence begins on a line; three backticks with one behind them are inline code."""
    match = _FENCE.match(line)
    return None if match and match["fence"][0] == "`" in match["info"] else match


def _closes(line: str, fence: str) -> bool:
    match = _FENCE.match(line)
    if match is None or _CONTAINER.search(match["before"]):
        return False
    return match["fence"].startswith(fence) and not match["info"].strip()
