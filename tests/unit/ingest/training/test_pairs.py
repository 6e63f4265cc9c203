from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.training.pairs import (
    Pairs,
    read_pairs,
    sampling_weight,
    sampling_weights,
    weighted_order,
)
from ingest.training.phrases import read_phrases
from kb.errors import KbError
from tests.unit.ingest.training.tiny import PAIRS, write_corpus


def test_a_corpus_is_read_plain_and_gzipped(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus")
    for name in ("pairs.tsv.gz", "dev.tsv"):
        pairs = read_pairs(folder / name)
        assert list(zip(pairs.english, pairs.russian, pairs.source, strict=True)) == PAIRS


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    path = tmp_path / "dev.tsv"
    path.write_text("a\u2028b\u0085c\tа\tx:HT\n", encoding="utf-8")
    assert read_pairs(path).english == ["a\u2028b\u0085c"]


def test_a_missing_file_and_a_short_line_are_named(tmp_path: Path) -> None:
    with pytest.raises(KbError, match=r"nowhere\.tsv"):
        read_pairs(tmp_path / "nowhere.tsv")
    path = tmp_path / "dev.tsv"
    path.write_text("a\tб\tx:HT\nonly english\n", encoding="utf-8")
    with pytest.raises(KbError, match=r"dev\.tsv:2 has 1 columns"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("likelier", "other"),
    [
        (("Plain words.", "ms-azure:HT"), ("Plain words.", "ms-azure:MT")),
        (("Is it so?", "ms-azure:HT"), ("It is so.", "ms-azure:HT")),
        (("Stop the container.", "ms-azure:HT"), ("Stop the music.", "ms-azure:HT")),
        (("Plain words.", "nginx:HT"), ("Plain words.", "ms-azure:HT")),
    ],
)
def test_what_is_near_to_the_use_is_drawn_more_often(
    likelier: tuple[str, str], other: tuple[str, str]
) -> None:
    assert sampling_weight(*likelier) > sampling_weight(*other)


def test_the_order_is_a_permutation_fixed_by_its_seed() -> None:
    weights = np.linspace(1, 5, 200)
    order = weighted_order(weights, seed=3)
    assert sorted(order.tolist()) == list(range(200))
    np.testing.assert_array_equal(order, weighted_order(weights, seed=3))
    assert order.tolist() != weighted_order(weights, seed=4).tolist()


def test_heavy_items_come_early_in_proportion_to_their_weight() -> None:
    weights = np.where(np.arange(40_000) % 2 == 0, 3.0, 1.0)
    first = weighted_order(weights, seed=0)[:2000]
    assert (first % 2 == 0).mean() == pytest.approx(0.75, abs=0.03)


def test_weights_follow_the_columns() -> None:
    pairs = Pairs(english=["Why?", "So."], russian=["?", "."], source=["a:HT", "a:MT"])
    assert sampling_weights(pairs).tolist() == [
        sampling_weight("Why?", "a:HT"),
        sampling_weight("So.", "a:MT"),
    ]


def test_phrases_fill_every_frame_in_both_languages() -> None:
    phrases = read_phrases()
    rows = set(zip(phrases.english, phrases.russian, strict=True))
    assert ("How do I publish a port?", "Как прокинуть порт?") in rows
    assert ("What is an image?", "Что такое имидж?") in rows
    assert len(rows) == len(phrases)
    assert not any("{}" in text for row in rows for text in row)


def test_a_phrase_table_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "actions.tsv").write_text("no tab here\n", encoding="utf-8")
    (tmp_path / "terms.tsv").write_text("", encoding="utf-8")
    (tmp_path / "flags.txt").write_text("", encoding="utf-8")
    with pytest.raises(KbError, match=r"actions\.tsv"):
        read_phrases(tmp_path)
