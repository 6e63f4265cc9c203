"""What stands in a note and is not read: comments, ids of blocks, tags without text.

`%%…%%` and `^id` are Obsidian's.
"""

from __future__ import annotations

import re
from typing import Final

from kb.text.fences import inside_fences

_COMMENT: Final = r"(?<![\w%])%%[^%\n]+%%"
_HIDDEN: Final = re.compile(
    r"(?:\s|%%[^%]+%%|\^[\w-]+(?=\s|$)"
    r"|</?(?!(?:img|video|audio|iframe|object|embed)\b)[A-Za-z][^<>]*>)+"
)
_WITHIN_LINE: Final = re.compile(
    rf"(?P<code>`+[^`\n]*`+)|(?<!\s)\s*{_COMMENT}"
    r"|(?<=[\w.,;:!?)`\"»])(?P<id>\s\^[\w-]+)(?=(?:\s\[\d+\])?$)"
)
_SEARCHERS: Final = frozenset({"grep", "egrep", "zgrep", "rg", "ack"})
"""Programs that are given an expression, which may look like an id."""
_INDENTED: Final = re.compile(r" {4}|\t")


def is_hidden(text: str) -> bool:
    """Tell whether a text has nothing to be read."""
    return bool(_HIDDEN.fullmatch(text))


def without_hidden(text: str) -> str:
    """Return a text without comments and ids of blocks; code stays as it is."""
    lines = text.split("\n")
    return "\n".join(
        line if is_code or _INDENTED.match(line) else _WITHIN_LINE.sub(_shown, line)
        for line, is_code in zip(lines, inside_fences(lines), strict=True)
    )


def _shown(match: re.Match[str]) -> str:
    """Return what of a match is shown: code, and an expression that only looks like an id."""
    if match["id"] and match.string[: match.start()].split()[-1] in _SEARCHERS:
        return match.group()
    return match["code"] or ""
