"""Points in time as options of the CLI take them."""

from __future__ import annotations

import re
import time

from kb.errors import InvalidInputError
from server.sandbox.runner.units import parse_time

_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|us|µs|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PLAIN = re.compile(r"\d+(?:\.\d+)?")


def parse_when(text: str, *, now: float | None = None) -> str:
    """Return a time in POSIX seconds, as the API takes it.

    Args:
        text: A POSIX time, a span before now (`10m`, `1h30m`), or an RFC 3339 time or date.
        now: POSIX time in seconds; None for the clock's.

    Raises:
        InvalidInputError: It is none of these.
    """
    if _PLAIN.fullmatch(text):
        return text
    parts = _PART.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        span = sum(float(number) * _SECONDS[unit] for number, unit in parts)
        return f"{(time.time() if now is None else now) - span:.9f}"
    when = parse_time(text)
    if not when:
        raise InvalidInputError(
            f"{text!r} is no point in time",
            hint="write 10m, 2026-01-31 or 2026-01-31T10:00:00Z",
            code="no_time",
        )
    return f"{when:.9f}"
