"""Words change places; none is lost, and the same seed moves the same ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ingest.training.word_order import reordered


def others(text: str, count: int = 60) -> list[str]:
    return [reordered(text, np.random.default_rng(seed)) for seed in range(count)]


def test_every_word_is_kept_and_the_mark_stands_at_the_end_or_nowhere() -> None:
    text = "how do I remove the container?"
    found = others(text)
    assert len(set(found)) > 15
    for one in found:
        assert not Counter(text.rstrip("?").split()) - Counter(one.rstrip("?").split())
        assert "?" not in one[:-1]
    assert {one.endswith("?") for one in found} == {True, False}
    assert found == others(text)


def test_what_speech_begins_with_is_in_the_language_of_the_question() -> None:
    begun = {one.split()[0] for one in others("как удалить контейнер", 300)}
    assert {"а", "ну", "вот", "слушай"} <= begun
    assert not begun & {"so", "and", "ok", "wait"}
    assert {"so", "and"} <= {one.split()[0] for one in others("remove my container", 300)}


@pytest.mark.parametrize("text", ["", "-p", "docker ps", " ".join(["word"] * 15)])
def test_what_is_too_short_or_too_long_stays_as_it_is(text: str) -> None:
    assert set(others(text)) == {text}


def test_a_mark_alone_is_a_word() -> None:
    assert all("?" in one.split() for one in others("where is it ?"))
