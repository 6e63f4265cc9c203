from __future__ import annotations

import math

import pytest

from kb.evaluation.metrics import first_right_rank, mean, overlaps, percentile, right_lines, share
from kb.model import LineRange, NoteId


def place(start: int, end: int, note: str = "a.md") -> tuple[NoteId, LineRange]:
    return NoteId(note), LineRange(start=start, end=end)


def test_share_has_the_wilson_interval() -> None:
    result = share([True] * 8 + [False] * 2)
    assert result.value == pytest.approx(0.8)
    assert result.low == pytest.approx(0.490, abs=1e-3)
    assert result.high == pytest.approx(0.943, abs=1e-3)


@pytest.mark.parametrize("values", [[], [math.nan], [1.0, math.inf]])
def test_no_figure_from_nothing_or_from_no_number(values: list[float]) -> None:
    with pytest.raises(ValueError, match="no values"):
        mean(values)
    with pytest.raises(ValueError, match="no values"):
        percentile(values, 50)


def test_no_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="no trials"):
        share([])


def test_ties_count_against_us() -> None:
    assert first_right_rank([1.0, 1.0, 1.0], [False, True, False]) == 3
    assert first_right_rank([0.0, 0.5, 1.0], [False, True, False]) == 2
    assert first_right_rank([0.0, 0.5], [False, False]) is None
    with pytest.raises(ValueError, match="finite"):
        first_right_rank([math.nan, 1.0], [True, False])


def test_percentile_is_a_value_that_occurred() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 95) == 4.0


def test_overlap_wants_the_same_note() -> None:
    assert overlaps(place(3, 5), [place(5, 9)])
    assert not overlaps(place(3, 4), [place(5, 9)])
    assert not overlaps(place(5, 9), [place(5, 9, "b.md")])


def test_right_lines_are_counted_once() -> None:
    assert right_lines([place(1, 4), place(3, 5)], [place(4, 9)]) == (5, 2)
