"""Times the parts of a search, one after the other."""

from __future__ import annotations

import time


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        """Milliseconds by the part's name."""
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a part: what has passed since the one before is its time."""
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now
