"""Who asks for a run, as the audit log names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Caller = Literal["page", "cli", "mcp", "api"]
CALLER_HEADER: Final = "KB-Caller"
"""In which our own programs say what they are; the page is known by what browsers send."""

_OWN_PROGRAMS: Final[Mapping[str, Caller]] = {"cli": "cli", "mcp": "mcp"}
_BROWSER_HEADERS: Final = ("Sec-Fetch-Site", "Origin")


def caller_of(headers: Mapping[str, str]) -> Caller:
    """Return what asks; whoever has the token may claim to be any of them.

    Args:
        headers: The request's, whose names may be spelt in either case.
    """
    own = _OWN_PROGRAMS.get(headers.get(CALLER_HEADER, ""))
    if own is not None:
        return own
    return "page" if any(name in headers for name in _BROWSER_HEADERS) else "api"
