from __future__ import annotations

import numpy as np
import pytest

from ingest.training.bitext import (
    Vectors,
    mean_cosine,
    neighbours_kept,
    ranks_of_match,
    retrieval_score,
)


def random_vectors(count: int = 40, seed: int = 0) -> Vectors:
    return np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)


def test_equal_vectors_find_each_other() -> None:
    vectors = random_vectors()
    score = retrieval_score(vectors, 3 * vectors)
    assert (score.hit_at_1, score.mrr, score.count) == (1.0, 1.0, 40)


def test_rank_counts_what_is_nearer() -> None:
    queries = np.array([[1, 0], [0, 1]], dtype=np.float32)
    candidates = np.array([[0.5, 1], [1, 0.2]], dtype=np.float32)
    assert ranks_of_match(queries, candidates).tolist() == [2, 2]


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1.0])
def test_vectors_that_say_nothing_never_score(value: float) -> None:
    useless = np.full((40, 16), value, dtype=np.float32)
    vectors = random_vectors()
    for queries, candidates in ((useless, vectors), (vectors, useless), (useless, useless)):
        score = retrieval_score(queries, candidates)
        assert score.hit_at_1 <= 1 / 40
        if queries is useless and value != 1.0:
            assert score.hit_at_1 == 0.0


def test_one_broken_row_is_one_miss_and_harms_the_rest_only_as_a_tie() -> None:
    vectors = random_vectors()
    broken = vectors.copy()
    broken[3] = np.nan
    assert ranks_of_match(broken, vectors)[3] == 40
    assert (np.delete(ranks_of_match(broken, vectors), 3) == 1).all()


def test_ties_count_against_the_match() -> None:
    vectors = random_vectors(4)
    vectors[2] = vectors[1]
    assert ranks_of_match(vectors, vectors).tolist() == [1, 2, 2, 1]


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        ranks_of_match(random_vectors(3), random_vectors(4))


def test_mean_cosine() -> None:
    vectors = random_vectors()
    assert mean_cosine(vectors, 2 * vectors) == pytest.approx(1.0)
    assert mean_cosine(vectors, -vectors) == pytest.approx(-1.0)
    assert np.isnan(mean_cosine(vectors, 0 * vectors))


def test_neighbourhoods_that_stay_score_one_and_others_chance() -> None:
    vectors = random_vectors(200)
    other = random_vectors(200, seed=1)
    assert neighbours_kept(2 * vectors, vectors, vectors, vectors) == 1.0
    assert neighbours_kept(other, other, vectors, vectors) < 0.15
    passages = random_vectors(50, seed=2)
    assert neighbours_kept(vectors, passages, vectors, passages) == 1.0


@pytest.mark.parametrize("value", [0.0, np.nan, 1.0])
def test_useless_vectors_keep_no_neighbours(value: float) -> None:
    vectors = random_vectors()
    useless = np.full_like(vectors, value)
    assert neighbours_kept(useless, useless, vectors, vectors) == 0.0
