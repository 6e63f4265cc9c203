"""Sentences that are not understood without the one before them: "But …", "Потому что …"."""

from __future__ import annotations

import re
from typing import Final

from kb.text.words import any_of

_LEANS: Final = re.compile(
    rf"\W*(?:{any_of('personal', 'this', 'that', 'there', 'leaning')})\b", re.IGNORECASE
)


def leans(text: str) -> bool:
    """Tell whether a sentence or statement begins with a word that points at what came before."""
    return _LEANS.match(text) is not None
