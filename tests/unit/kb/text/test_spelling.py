"""Typing errors in words that the project knows."""

from __future__ import annotations

import pytest

from kb.model import Query
from kb.retrieval.question import parse_question
from kb.text.spelling import corrections
from kb.text.tokens import stem


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("кантейнер", "контейнер"),
        ("контейер", "контейнер"),
        ("устновить", "установить"),
        ("conatiner", "container"),
        ("dokcer", "docker"),
        ("удлаить", "удалить"),
        ("директроия", "директория"),
    ],
)
def test_one_error_is_put_right(typed: str, meant: str) -> None:
    assert stem(meant) in corrections(stem(typed))


@pytest.mark.parametrize(
    "word", ["контейнер", "container", "тома", "порт", "dock", "сырники", "столица", "volmes"]
)
def test_known_short_and_other_words_stay(word: str) -> None:
    assert corrections(stem(word)) == ()


def test_a_question_has_the_meant_word_and_its_translation_as_readings() -> None:
    (term,) = parse_question(Query(text="устновить", language="ru")).terms
    readings = dict(term.variants)
    assert readings[stem("установить")] == pytest.approx(0.8)
    assert 0.3 < readings[stem("install")] < 0.8
