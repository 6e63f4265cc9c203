from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.models.windows import cut_at_tokens, keep_tail


def offsets_of(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\w|[^\w\s]", text)]


@given(st.text(alphabet="ab .,\n", max_size=200), st.integers(min_value=1, max_value=20))
def test_pieces_join_to_the_text_and_fit(text: str, budget: int) -> None:
    pieces = cut_at_tokens(text, offsets_of(text), budget)
    assert "".join(pieces) == text
    assert all(len(offsets_of(piece)) <= budget for piece in pieces)


@given(st.integers(min_value=1, max_value=6), st.data())
def test_tokens_that_share_characters_are_not_parted_for_ever(
    budget: int, data: st.DataObject
) -> None:
    text = "x" * 30
    starts = sorted(data.draw(st.lists(st.integers(0, 29), min_size=1, max_size=40)))
    offsets = [(start, min(30, start + 2)) for start in starts]
    assert "".join(cut_at_tokens(text, offsets, budget)) == text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("aaa bbb\nccc ddd", ["aaa bbb\n", "ccc ddd"]),
        ("aaa. bbb ccc", ["aaa. ", "bbb ccc"]),
        ("aaaa bbbb cc", ["aaaa bbbb ", "cc"]),
        ("aaaaaaaaaaaa", ["aaaaaaaa", "aaaa"]),
    ],
)
def test_cuts_are_made_at_the_best_place(text: str, pieces: list[str]) -> None:
    assert cut_at_tokens(text, offsets_of(text), 8) == pieces


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one token, not 0"):
        cut_at_tokens("a", offsets_of("a"), 0)


@pytest.mark.parametrize(
    ("budget", "kept"), [(100, "one two three"), (7, "three"), (5, "three"), (2, "ee"), (0, "")]
)
def test_the_tail_of_a_context_is_kept(budget: int, kept: str) -> None:
    assert keep_tail("one two three", offsets_of("one two three"), budget) == kept
