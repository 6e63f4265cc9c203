"""Which lines of a piece of Markdown are code between fences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_FENCE: Final = re.compile(r"\s*(?:>\s*)*(`{3,}|~{3,})")


def lines_and_code(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is code; the fences themselves are left out."""
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match and (not fence or match[1].startswith(fence)):
            fence = "" if fence else match[1]
        else:
            yield line, bool(fence)


def inside_fences(lines: Sequence[str]) -> list[bool]:
    """Tell of each line whether it stands below the first line of a fence, up to its last."""
    inside: list[bool] = []
    fence = ""
    for line in lines:
        inside.append(bool(fence))
        match = _FENCE.match(line)
        if match and (not fence or match[1].startswith(fence)):
            fence = "" if fence else match[1]
    return inside
