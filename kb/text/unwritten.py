"""What only says that it is still to be written."""

from __future__ import annotations

import re
from typing import Final

ANSWER: Final = r"(?:a|answer|а|о|ответ)(?=[*_]*\s*:)"
"""What labels an answer. Russian notes write the letter as a Latin or a Cyrillic one."""
_MARKS: Final = r"[\s#>*_?.…–—()\[\]:+-]*"
_UNWRITTEN: Final = re.compile(
    rf"{_MARKS}(?:{ANSWER}{_MARKS})?"
    rf"(?:(?:todo|tbd|tba|fixme|later|позже|потом|дописать|выяснить)!*{_MARKS})*",
    re.IGNORECASE,
)


def says_nothing(text: str) -> bool:
    """Tell whether a text is empty, or only a mark that it is to be written (`TODO`, `???`)."""
    return bool(_UNWRITTEN.fullmatch(text))
