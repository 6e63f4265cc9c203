"""What stands in a note and is not read: comments, ids of blocks, tags without text.

`%%…%%` and `^id` are Obsidian's.
"""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = r"(?<![\w%])%%[^%\n]+%%"
_HIDDEN: Final = re.compile(
    r"(?:\s|%%[^%]+%%|\^[\w-]+(?=\s|$)"
    r"|</?(?!(?:img|video|audio|iframe|object|embed)\b)[A-Za-z][^<>]*>)+"
)
_WITHIN_LINE: Final = re.compile(
    rf"(?P<code>`+[^`\n]*`+)|(?<!\s)\s*{_COMMENT}|(?<=[\w.,;:!?)`\"»])(?<!grep)\s\^[\w-]+(?=(?:\s\[\d+\])?$)"
)
_FENCE: Final = re.compile(r"\s*(?:[-*+>]\s+)*(?:```|~~~)")
_INDENTED: Final = re.compile(r" {4}|\t")


def is_hidden(text: str) -> bool:
    """Tell whether a text has nothing to be read."""
    return bool(_HIDDEN.fullmatch(text))


def without_hidden(text: str) -> str:
    """Return a text without comments and ids of blocks; code stays as it is."""
    lines: list[str] = []
    in_fence = False
    for line in text.split("\n"):
        is_mark = bool(_FENCE.match(line))
        is_code = in_fence or is_mark or _INDENTED.match(line)
        lines.append(line if is_code else _WITHIN_LINE.sub(_code_alone, line))
        in_fence ^= is_mark
    return "\n".join(lines)


def _code_alone(match: re.Match[str]) -> str:
    return match["code"] or ""
