"""Where code between fences begins and ends in a piece of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from kb.text.markers import ITEM

_FENCE: Final = re.compile(rf"(?P<before>(?:\s|>|{ITEM}\s)*)(?P<mark>`{{3,}}|~{{3,}})(?P<info>.*)")
_ANY_MARKER: Final = re.compile(r"[^\s>]")


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
        return _ANY_MARKER.sub(" ", self.before) + self.mark


def opened_by(line: str) -> Fence | None:
    """Return the fence that a line begins; three backticks with one behind them are inline code."""
    match = _FENCE.match(line)
    if match is None or match["mark"][0] == "`" in match["info"]:
        return None
    return Fence(before=match["before"], mark=match["mark"])


def begins_fence(text: str) -> bool:
    """Tell whether the first line of a text begins a block of code."""
    return opened_by(text.split("\n", 1)[0]) is not None


def is_closed_by(fence: Fence, line: str) -> bool:
    """Tell whether a line ends the block of code that a fence began."""
    match = _FENCE.match(line)
    if match is None or match["info"].strip() or _ANY_MARKER.search(match["before"]):
        return False
    return match["mark"].startswith(fence.mark)


def lines_and_code(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is code; the fences themselves are left out."""
    lines = text.split("\n")
    for line, (place, _) in zip(lines, _places(lines), strict=True):
        if place in {_Place.TEXT, _Place.CODE}:
            yield line, place is _Place.CODE


def inside_fences(lines: Sequence[str]) -> list[bool]:
    """Tell of each line whether it stands below the first line of a fence, up to its last."""
    return [place in {_Place.CODE, _Place.END} for place, _ in _places(lines)]


def left_open(text: str) -> Fence | None:
    """Return the fence in which a text ends; None where it ends outside of one."""
    *_, (_, fence) = _places(text.split("\n"))
    return fence


class _Place(Enum):
    TEXT = auto()
    BEGIN = auto()
    CODE = auto()
    END = auto()


def _places(lines: Iterable[str]) -> Iterator[tuple[_Place, Fence | None]]:
    """Yield where each line stands, and the fence that is open after it."""
    fence: Fence | None = None
    for line in lines:
        if fence is None:
            fence = opened_by(line)
            yield _Place.BEGIN if fence else _Place.TEXT, fence
        elif is_closed_by(fence, line):
            fence = None
            yield _Place.END, None
        else:
            yield _Place.CODE, fence
