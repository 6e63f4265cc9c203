"""Recognising the flags that a list item, table cell or line explains."""

from __future__ import annotations

import re
from typing import Final

from ingest.inline import plain_text
from kb.text.markers import without_task_box

_FLAG: Final = r"(?:--?[A-Za-z?][\w-]*|--?\d(?=[\s:`]|$))"
_VALUE: Final = (
    r"(?:[= ](?:<[^>\s]{1,60}>|\[[^\]\s]{1,60}\]|[A-Z][A-Z_]+|\"[^\"]{1,60}\"))|=\S{1,60}"
)
_HEAD: Final = re.compile(
    rf"(?P<flag>{_FLAG})(?:\[?(?:{_VALUE})\]?)?"
    r"(?P<joint>(?:\s*[,/|]\s*|\s+(?:или|or|и|and)\s+)(?=-))?"
)
"""A flag with its value; what joins it to the next one (in `-v /a:/b` the slash is the value's)."""
_NEXT: Final = re.compile(r"[,;.]\s+(?:\w{1,3}\s+)?(?=`-)")
"""What stands in a line before a further flag and what it does."""
_EXPLAINED: Final = re.compile(r"\s*(?:[-–—:=]|->|→|\()|\s+\S|\s*$")
_RECKONS: Final = re.compile(r"-\d+\s*[+*/%]")
_DASHES: Final = str.maketrans({"‐": "-", "‑": "-", "−": "-"})
_CODE_WITHIN: Final = 4
_MAX_HEAD: Final = 200


def flags_at_head(text: str) -> tuple[str, ...]:
    """Return the flags that a text begins with and then explains; empty where it begins otherwise.

    `-p, --publish - ports`, `**-p** ports`, `` `--name=NAME`: a name `` and `[-p](#p)` all do.
    `- p` does not, and neither does a negative number.
    """
    head = plain_text(without_task_box(text)[:_MAX_HEAD]).lstrip().translate(_DASHES)
    flags: list[str] = []
    position = 0
    while match := _HEAD.match(head, position):
        flags.append(match["flag"])
        position = match.end()
        if match["joint"] is None:
            break
    if not flags or not _EXPLAINED.match(head, position):
        return ()
    if flags[0][-1].isdigit() and ("`" not in text[:_CODE_WITHIN] or _RECKONS.match(head)):
        return ()  # `-5 degrees` or `-7 // 2`, not `-9`
    return tuple(dict.fromkeys(flags))


def flags_along(line: str) -> tuple[str, ...]:
    """Return the flags that a line explains one after the other: `` `-a` all, `-q` only ids ``."""
    first = flags_at_head(line)
    others = (flags_at_head(line[gap.end() :]) for gap in _NEXT.finditer(line)) if first else ()
    return tuple(dict.fromkeys([*first, *(flag for found in others for flag in found)]))
