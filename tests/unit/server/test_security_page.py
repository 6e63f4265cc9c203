"""The tests that docs/security.md names are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[2]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")


def named_tests() -> Iterator[tuple[str, str]]:
    """Yield (file, function); a name that begins with `::` is of the file before it."""
    file = ""
    for name in re.findall(r"`([\w/]*\.py(?:::\w+)?|::\w+)`", PAGE):
        before, _, function = name.partition("::")
        file = before or file
        yield file, function


def test_every_named_test_is_there() -> None:
    found = list(named_tests())
    assert len(found) > 20
    for file, function in found:
        source = (TESTS / file).read_text(encoding="utf-8")
        assert not function or f"def {function}(" in source, (file, function)


def test_every_danger_has_a_defence_and_a_test() -> None:
    table = PAGE.partition("|---|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert table
    for row in table:
        danger, defence, shown = (cell.strip() for cell in row.strip("|").split("|"))
        assert danger, row
        assert defence, row
        assert ".py" in shown, row
