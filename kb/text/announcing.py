"""Statements that lead to what stands after them: "Порты:", "**For example:**"."""

from __future__ import annotations

from typing import Final

_AROUND: Final = " \t\n\u00a0*_"
"""What may stand after the colon: the end of an emphasis, and blanks."""


def ends_in_colon(text: str) -> bool:
    """Tell whether a statement ends in a colon, emphasised or not."""
    return text.rstrip(_AROUND).endswith(":")
