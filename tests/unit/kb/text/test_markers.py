from __future__ import annotations

import pytest

from kb.text.markers import (
    has_marker,
    holds_numbered,
    is_done,
    is_numbered,
    without_marker,
    without_task_box,
)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("- one", "one"),
        ("  * [ ] to do\n- next", "to do\n- next"),
        ("+ [X] done", "done"),
        ("12) twelfth", "twelfth"),
        ("123456789. the last number of a list", "the last number of a list"),
        ("1234567890. a telephone", "1234567890. a telephone"),
        ("-p is a flag", "-p is a flag"),
        ("[x] a box alone", "[x] a box alone"),
        ("> - quoted", "> - quoted"),
    ],
)
def test_the_marker_of_an_item(text: str, bare: str) -> None:
    assert without_marker(text) == bare
    assert has_marker(text) == (text != bare)


@pytest.mark.parametrize(
    ("text", "bare", "done"),
    [
        (" [ ] to do", "to do", False),
        ("[x] done", "done", True),
        ("[y] a link", "[y] a link", False),
        ("  no box", "no box", False),
    ],
)
def test_the_box_of_a_task(text: str, bare: str, *, done: bool) -> None:
    assert without_task_box(text) == bare
    assert is_done(text) == done


def test_numbered_items() -> None:
    assert is_numbered(" 1. first")
    assert not is_numbered("So:\n1. first")
    assert holds_numbered("So:\n1) first")
    assert not holds_numbered("version 1.2\n- item")
