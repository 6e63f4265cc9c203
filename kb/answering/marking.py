"""The `[n]` marker after a quote, where Markdown shows it as text."""

from __future__ import annotations

import re
from typing import Final

from kb.text.fences import left_open
from kb.text.markers import ITEM

_OWN_LINE: Final = re.compile(rf"\s*(?:{ITEM}\s|[>|]|`{{3}}|~{{3}})|(?: {{4}}|\t)")
"""How a line begins that ends a fence, list, table, quote or indented code."""
_TABLE_RULE: Final = re.compile(r"^(?=[^|\n]*\|)[ \t|:-]+$", re.MULTILINE)


def mark(text: str, number: int) -> str:
    """Put the `[n]` marker at the end: on a line of its own after a fence, list or table.

    A fence that the text leaves open is closed first.
    """
    text = text.rstrip()
    if fence := left_open(text):
        return f"{text}\n{fence.closing}\n\n[{number}]"
    block = text.rsplit("\n\n", 1)[-1]
    last = block.rsplit("\n", 1)[-1]
    stands_alone = _OWN_LINE.match(last) or _TABLE_RULE.search(block)
    return f"{text}\n\n[{number}]" if stands_alone else f"{text} [{number}]"
