"""Waits for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 60.0
"""What takes longer has gone wrong, on a slow and busy machine too."""


def wait_until(
    condition: Callable[[], bool], timeout_s: float = PATIENCE_S, *, pause_s: float = 0.05
) -> None:
    """Wait until something holds, and fail where it never does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(pause_s)
