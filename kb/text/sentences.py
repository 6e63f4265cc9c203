"""Where the sentences of a paragraph end."""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(r"(?<=[.!?…])\s+(?=[\"«(*_`A-ZА-ЯЁ\d])")
_ABBREVIATION: Final = re.compile(r"(?:\b(?:т|е|д|п|о|н|э|g|e|i|vs|etc|др|пр|см|рис|стр)\.)$")


def split_sentences(text: str) -> list[str]:
    """Split a paragraph at the ends of its sentences; joined with spaces it is the text again."""
    sentences: list[str] = []
    for piece in _END.split(text):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences
