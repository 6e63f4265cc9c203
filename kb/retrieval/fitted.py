"""Which signals there are to judge by, and where the numbers are kept that are fitted for them."""

from __future__ import annotations

from enum import StrEnum


class SignalSet(StrEnum):
    """Which signals there are to judge by; numbers are fitted for each, under a name of its own."""

    ALL = ""
    NO_READINGS = "-without-readings"
    """There is no reranker; see `kb.retrieval.rereading`."""
    NO_TOKENS = "-without-tokens"
    """There are no token vectors either."""


def fitted_file(name: str, signals: SignalSet) -> str:
    """Return the name of the file in which fitted numbers are kept."""
    return f"{name}{signals}.json"
