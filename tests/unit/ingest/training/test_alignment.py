from __future__ import annotations

import numpy as np
import pytest

from ingest.training.alignment import translation_table
from ingest.training.initialisation import initial_rows

REMOVE, CONTAINER, IMAGE, THE = 0, 1, 2, 3
UDALIT, KONTEINER, OBRAZ = 10, 11, 12
SIZE = 20
PAIRS = [
    ([UDALIT, KONTEINER], [REMOVE, THE, CONTAINER]),
    ([UDALIT, OBRAZ], [REMOVE, THE, IMAGE]),
    ([KONTEINER], [THE, CONTAINER]),
    ([OBRAZ], [THE, IMAGE]),
]


def test_obvious_alignments_are_found() -> None:
    table = translation_table(PAIRS, vocabulary_size=SIZE, iterations=10)
    best = {source: table.best(source, count=1)[0][0] for source in (UDALIT, KONTEINER, OBRAZ)}
    assert best == {UDALIT: REMOVE, KONTEINER: CONTAINER, OBRAZ: IMAGE}


def test_a_function_word_is_left_to_the_empty_source() -> None:
    table = translation_table(PAIRS, vocabulary_size=SIZE, iterations=10)
    assert table.best(SIZE, count=1)[0][0] == THE


def test_probabilities_of_a_source_add_up_to_one() -> None:
    table = translation_table(PAIRS, vocabulary_size=SIZE, iterations=3)
    for source in np.unique(table.source):
        total = table.probability[table.source == source].sum()
        assert total == pytest.approx(1.0)


def test_best_of_an_unseen_token_is_empty_and_count_is_kept() -> None:
    table = translation_table(PAIRS, vocabulary_size=SIZE, iterations=1)
    assert table.best(19, count=4) == []
    assert len(table.best(UDALIT, count=2)) == 2


def test_rows_start_at_their_translations() -> None:
    embeddings = np.eye(SIZE, 8, dtype=np.float32)
    table = translation_table(PAIRS, vocabulary_size=SIZE, iterations=20)
    rows = initial_rows(table, embeddings, [UDALIT, KONTEINER, 19])
    assert rows.shape == (3, 8)
    assert rows[0].argmax() == REMOVE
    assert rows[1].argmax() == CONTAINER
    np.testing.assert_allclose(rows[2], embeddings.mean(axis=0))


def test_weights_are_squared_and_normalized() -> None:
    embeddings = np.eye(4, dtype=np.float32)
    table = translation_table([([0], [1, 1, 1, 2])], vocabulary_size=4, iterations=1)
    row = initial_rows(table, embeddings, [0])[0]
    np.testing.assert_allclose(row, [0, 0.9, 0.1, 0], atol=1e-6)
