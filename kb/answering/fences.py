"""Where code between fences begins and ends in the text of an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(
    r"(?P<before>(?:\s|>|[*+-]\s|\d{1,9}[.)]\s)*)(?P<mark>`{3,}|~{3,})(?P<info>.*)"
)
_ITEM: Final = re.compile(r"[^\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The line that begins a block of code."""

    before: str
    """What stands before the fence: the indent, and the markers of quotes and items."""
    mark: str
    """Its backticks or tildes."""

    @property
    def closing(self) -> str:
        """The line that ends the block."""
        return _ITEM.sub(" ", self.before) + self.mark


def opened_by(line: str) -> Fence | None:
    """Return the fence that a line begins; three backticks with one behind them are inline code."""
    match = _FENCE.match(line)
    if match is None or match["mark"][0] == "`" in match["info"]:
        return None
    return Fence(before=match["before"], mark=match["mark"])


def is_closed_by(fence: Fence, line: str) -> bool:
    """Tell whether a line ends the block of code that a fence began."""
    match = _FENCE.match(line)
    if match is None or match["info"].strip() or _ITEM.search(match["before"]):
        return False
    return match["mark"].startswith(fence.mark)
