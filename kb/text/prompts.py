"""What a shell writes before a command, and people copy along with it."""

from __future__ import annotations

import re
from typing import Final

PROMPT: Final = re.compile(
    r"^(?:\([\w.-]+\)\s*)?"  # of a virtual environment
    r"(?:(?:[$#>%❯]|[\w.-]+@[\w.-]+(?:[: ][~\w/.-]*|:[~/][^$#\n]{0,80})?[$#]"
    r"|\[[\w.-]+@[^\]\n]{1,80}\][$#]"
    r"|➜(?:\s+[~/]\S*|\s+\S+(?=\s+git:\())?(?:\s+git:\(\S*\)(?:\s+✗)?)?)\s+"
    r"|PS(?: [^>\n]*)?>\s*|[A-Za-z]:\\(?:[^>\n]*[^>\s])?>\s*)(?=\S)"
)
SECOND_PROMPT: Final = re.compile(r"^>(?:\s+|$)")
"""Before a line that continues a command."""


def without_prompt(text: str) -> str:
    """Return a command without the prompt of a shell before it."""
    return PROMPT.sub("", text.strip())
