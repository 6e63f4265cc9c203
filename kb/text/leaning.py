"""Sentences that are not understood without the one before them: "But …", "Потому что …"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.text.words import any_of

_LEANS: Final = re.compile(
    rf"\W*(?:{any_of('personal', 'this', 'that', 'there', 'leaning')})\b", re.IGNORECASE
)


def understood_from(texts: Sequence[str], at: int) -> int:
    """Return the position from which a sentence or statement is understood: itself, or before it.

    Args:
        texts: Sentences or statements in their order.
        at: Position of the one that is quoted.
    """
    while at > 0 and _LEANS.match(texts[at]):
        at -= 1
    return at
