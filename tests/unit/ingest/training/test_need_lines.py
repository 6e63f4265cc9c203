"""Groups of needs: a line that names one among others, and what asks for it in other words."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ingest.training.need_lines import NeedLines, read_need_lines
from ingest.training.neighbours import nearest_others
from ingest.training.reranking import Draw
from kb.errors import KbError
from tests.unit.ingest.training.tiny import encode, write_phrasings

WAY = re.compile(r"(en|ru)-\d-of-(\d+)")
DRAWS = 400


@pytest.fixture(scope="module")
def needs(tmp_path_factory: pytest.TempPathFactory) -> NeedLines:
    return read_need_lines(write_phrasings(tmp_path_factory.mktemp("lessons")), encode)


@pytest.fixture(scope="module")
def draws(needs: NeedLines) -> list[Draw]:
    return [needs.draw(np.random.default_rng(seed)) for seed in range(DRAWS)]


def needs_in(text: str) -> set[str]:
    return {need for _, need in WAY.findall(text.lower())}


def test_the_first_passage_tells_the_need_that_is_asked_for_and_no_other_does(
    draws: list[Draw],
) -> None:
    for draw in draws:
        assert draw.has_right
        assert len(draw.pairs) >= 4
        for place, (question, passage) in enumerate(draw.pairs):
            (asked,) = needs_in(question)
            assert (asked in needs_in(passage)) == (place == 0), (question, passage)


def test_no_question_has_the_words_of_the_line_that_answers(draws: list[Draw]) -> None:
    for question, passage in (draw.pairs[0] for draw in draws):
        assert question not in re.findall(r"\S-\w\w-\d-of-\d+", passage.lower())


def test_both_kinds_and_both_languages_over_each_are_drawn(draws: list[Draw]) -> None:
    kinds = Counter(len({question for question, _ in draw.pairs}) == 1 for draw in draws)
    assert min(kinds[True], kinds[False]) > DRAWS / 5
    languages = Counter(
        (WAY.findall(question)[0][0], WAY.findall(passage.lower())[-1][0])
        for (question, passage), *_ in (draw.pairs for draw in draws)
    )
    assert len(languages) == 4
    assert min(languages.values()) > DRAWS / 12


def test_some_lines_stand_alone_and_some_among_others_below_a_heading(draws: list[Draw]) -> None:
    passages = [passage for draw in draws for _, passage in draw.pairs]
    counts = Counter(len(WAY.findall(passage.lower())) for passage in passages)
    assert counts[1] > len(passages) / 10
    assert counts[3] > len(passages) / 10
    assert any(separator in passage for passage in passages for separator in (". ", "; ", "\n"))


def test_the_same_seed_draws_the_same(needs: NeedLines, draws: list[Draw]) -> None:
    assert needs.draw(np.random.default_rng(7)) == draws[7]


def test_without_phrasings_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(KbError) as caught:
        read_need_lines(tmp_path, encode)
    assert caught.value.hint


def test_the_nearest_others_come_first_and_what_says_the_same_is_none() -> None:
    angles = np.radians([0, 10, 50, 0.5, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    near = nearest_others(vectors, count=2, same=0.999)
    assert near.tolist()[0] == [1, 2]
    assert near.tolist()[4] == [2, 1]
    assert nearest_others(vectors, count=9, same=0.999, first=2).shape == (2, 4)
