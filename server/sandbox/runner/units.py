"""Sizes and times in words, as the docker CLI writes them."""

from __future__ import annotations

from datetime import UTC, datetime

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_NO_TIME = "N/A"


def decimal_size(size_bytes: float, *, digits: int = 3) -> str:
    """Return a size with decimal units: `4.24MB`."""
    return _scaled(size_bytes, 1000.0, _DECIMAL, digits)


def binary_size(size_bytes: float, *, digits: int = 4) -> str:
    """Return a size with binary units: `472KiB`."""
    return _scaled(size_bytes, 1024.0, _BINARY, digits)


def duration(seconds: float) -> str:
    """Return a span of time, roughly: `About a minute`, `3 weeks`."""
    whole, minutes, hours = int(seconds), int(seconds / 60), int(seconds / 3600 + 0.5)
    if whole < 60:
        return _short_duration(whole)
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours == 1:
        return "About an hour"
    steps = ((48, 1, "hours"), (336, 24, "days"), (1440, 168, "weeks"), (17520, 720, "months"))
    for limit, length, name in steps:
        if hours < limit:
            return f"{hours // length} {name}"
    return f"{int(seconds / 3600) // 24 // 365} years"


def ago(when: float, now: float) -> str:
    """Return how long ago a POSIX time was."""
    return f"{duration(now - when)} ago" if when else _NO_TIME


def parse_time(text: str) -> float:
    """Return the POSIX time of an RFC 3339 text with up to nine digits of a second; 0 for none."""
    if not text or text.startswith("0001-"):
        return 0.0
    body, _, fraction = text.rstrip("Z").partition(".")
    digits = fraction.split("+", 1)[0].split("-", 1)[0]
    zone = fraction[len(digits) :] if fraction else ""
    try:
        base = datetime.fromisoformat(body + zone)
    except ValueError:
        return 0.0
    aware = base if base.tzinfo else base.replace(tzinfo=UTC)
    return aware.timestamp() + (float(f"0.{digits}") if digits else 0.0)


def local_time(when: float) -> str:
    """Return a POSIX time as the CLI prints it in listings: `2026-11-24 04:00:00 +0000 UTC`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


def _short_duration(seconds: int) -> str:
    if seconds < 1:
        return "Less than a second"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _scaled(size: float, base: float, names: tuple[str, ...], digits: int) -> str:
    step = 0
    while size >= base and step < len(names) - 1:
        size /= base
        step += 1
    return f"{size:.{digits}g}{names[step]}"
