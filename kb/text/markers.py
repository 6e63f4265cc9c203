"""How Markdown marks the items of a list, and the tasks among them.

Others build their own patterns from these parts where they look for more: a fence that stands in an
item, the quote's mark beside the item's.
"""

from __future__ import annotations

import re
from typing import Final

BULLET: Final = r"[*+-]"
NUMBER: Final = r"\d{1,9}[.)]"
"""More digits number no item (CommonMark 0.31.2, section 5.2)."""
ITEM: Final = rf"(?:{BULLET}|{NUMBER})"
TASK_BOX: Final = r"\[[ xX]\]"

_AT_HEAD: Final = re.compile(rf"\s*{ITEM}\s+(?:{TASK_BOX}\s+)?")
_NUMBERED: Final = re.compile(rf"^\s*{NUMBER}\s", re.MULTILINE)
_BOX_AT_HEAD: Final = re.compile(rf"\s*{TASK_BOX}\s+")
_DONE: Final = re.compile(r"\s*\[[xX]\]")


def has_marker(text: str) -> bool:
    """Tell whether a text begins with the marker of an item."""
    return bool(_AT_HEAD.match(text))


def without_marker(text: str) -> str:
    """Return a text without the marker of an item that it begins with, and the box of a task."""
    found = _AT_HEAD.match(text)
    return text[found.end() :] if found else text


def is_numbered(text: str) -> bool:
    """Tell whether a text begins with a numbered item."""
    return bool(_NUMBERED.match(text))


def holds_numbered(text: str) -> bool:
    """Tell whether a line of a text begins a numbered item."""
    return bool(_NUMBERED.search(text))


def without_task_box(text: str) -> str:
    """Return an item's text, without its marker, without the box of a task (`[ ]`, `[x]`)."""
    found = _BOX_AT_HEAD.match(text)
    return text[found.end() :] if found else text.lstrip()


def is_done(text: str) -> bool:
    """Tell whether an item's text, without its marker, is that of a task that is done."""
    return bool(_DONE.match(text))
