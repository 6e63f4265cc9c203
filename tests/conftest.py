"""For all tests: the same made-up examples in every run, and who shares what runs in one process.

`pytest --hypothesis-profile=default` looks for new examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

_SHARED: Final = ("docker", "browser")
"""Marks of tests that share a daemon, or a browser and a server."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Put every test in a group that stays in one process (`--dist loadgroup`)."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    marks = (mark for mark in _SHARED if item.get_closest_marker(mark))
    return next(marks, item.path.stem)
