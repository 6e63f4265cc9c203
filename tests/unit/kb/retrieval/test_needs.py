"""What a question needs: the nearest of the known needs, and how near a chunk is to it."""

from __future__ import annotations

import numpy as np
import pytest

from kb.ports import NO_NEEDS, FloatArray
from kb.retrieval.needs import need_of

AXES = np.eye(4, dtype=np.float32)


def between(first: int, second: int, share: float) -> FloatArray:
    """Return a unit vector whose cosine with axis `first` is `share`."""
    vector: FloatArray = share * AXES[first] + np.sqrt(1 - share**2) * AXES[second]
    return vector


def test_no_need_is_understood_where_none_is_known() -> None:
    assert need_of(AXES[0], NO_NEEDS) is None


def test_the_nearest_need_is_found_and_a_chunk_compared_with_it() -> None:
    need = need_of(between(0, 3, 0.9), AXES[:2])
    assert need is not None
    assert need.cosine == pytest.approx(0.9)
    assert np.array_equal(need.nearest, AXES[0])
    match = need.match(meaning=0.3, nearest=0.3)
    assert match.certainty == pytest.approx(0.4)
    assert match.unmet == pytest.approx(0.6)
    assert match.meaning == pytest.approx(0.3, abs=1e-3)


def test_a_question_between_two_needs_means_both() -> None:
    need = need_of(between(0, 1, 0.71), AXES[:3])
    assert need is not None
    assert np.linalg.norm(need.meaning) == pytest.approx(1.0)
    assert float(need.meaning @ AXES[0]) == pytest.approx(float(need.meaning @ AXES[1]), abs=0.3)
    assert float(need.meaning @ AXES[2]) == pytest.approx(0.0, abs=1e-3)


def test_a_far_need_is_not_certain() -> None:
    need = need_of(between(0, 3, 0.4), AXES[:2])
    assert need is not None
    assert need.match(meaning=1.0, nearest=1.0).certainty == 0.0


@pytest.mark.parametrize(("farther", "counts"), [(0.14, True), (0.16, False)])
def test_a_need_that_is_much_farther_than_the_nearest_counts_for_nothing(
    farther: float, counts: bool
) -> None:
    cosines = [0.6, 0.6 - farther]
    question = np.array([*cosines, 0.0, np.sqrt(1 - np.dot(cosines, cosines))], np.float32)
    need = need_of(question, AXES[:2])
    assert need is not None
    assert bool(need.meaning[1]) is counts
