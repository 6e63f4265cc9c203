"""Sizes, durations and numbers as the docker CLI writes them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_BYTES = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>[kmgtpe]?)i?b?", re.IGNORECASE)
_UNIT_POWERS = {unit: power for power, unit in enumerate(["", "k", "m", "g", "t", "p", "e"])}
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_UNIT_NS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
    "h": 3600 * 10**9,
}  # fmt: skip
_MAX_DIGITS = 18


def parse_bytes(text: str) -> int | None:
    """Return a size such as `512m`, `1.5GiB` or `1024` in bytes, None where it is no size.

    A unit is a power of 1024, with or without `i`, as the CLI reads it.
    """
    match = _BYTES.fullmatch(text.strip())
    if match is None or len(match["number"]) > _MAX_DIGITS:
        return None
    return int(Decimal(match["number"]) * 1024 ** _UNIT_POWERS[match["unit"].lower()])


def parse_duration(text: str) -> int | None:
    """Return a duration such as `1m30s` in nanoseconds, None where it is none."""
    if text == "0":
        return 0
    total, at = 0, 0
    for match in _DURATION_PART.finditer(text):
        if match.start() != at or len(match[1]) > _MAX_DIGITS:
            return None
        total += int(Decimal(match[1]) * _UNIT_NS[match[2]])
        at = match.end()
    return total if text and at == len(text) else None


def parse_count(text: str) -> int | None:
    """Return a whole number, perhaps negative; None where it is none."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def parse_decimal(text: str) -> Decimal | None:
    """Return a number such as `1.5`; None where it is none."""
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9}", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def parse_bool(text: str) -> bool | None:
    """Return the value of `--flag=value` for a switch; None where it is none."""
    if text in {"1", "t", "T", "TRUE", "true", "True"}:
        return True
    if text in {"0", "f", "F", "FALSE", "false", "False"}:
        return False
    return None


def format_bytes(size: int) -> str:
    """Return a size for people: `1 GiB`, `1.5 GiB`, `64 MiB`."""
    amount = Decimal(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.4g} {unit}"
        amount /= 1024
    return f"{amount:.4g} GiB"
