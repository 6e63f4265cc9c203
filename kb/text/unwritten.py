"""What only says that it is still to be written."""

from __future__ import annotations

import re
from typing import Final

_UNWRITTEN: Final = re.compile(
    r"[\s#>*_?.…–—()\[\]:+-]*(?:(?:todo|tbd|tba|fixme|later|позже|потом|дописать|выяснить)"
    r"[\s*_?.…–—()\[\]:!-]*)*",
    re.IGNORECASE,
)


def says_nothing(text: str) -> bool:
    """Tell whether a text is empty, or only a mark that it is to be written (`TODO`, `???`)."""
    return bool(_UNWRITTEN.fullmatch(text))
