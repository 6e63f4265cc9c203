"""Typing errors in words that the project knows."""

from __future__ import annotations

import pytest

from kb.model import Query
from kb.retrieval.question import parse_question
from kb.text.common import common_rank, is_common
from kb.text.dictionary import is_word
from kb.text.spelling import corrected, corrections, noted, slips
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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("haeders", "headers"),
        ("isue", "issue"),
        ("pubilc", "public"),
        ("foldr", "folder"),
        ("ruunnnig", None),  # two errors
        ("процес", "процесс"),
        ("wihch", "which"),
        ("нуужны", "нужны"),
        ("дркера", "докера"),
        ("puncure", "puncture"),
        ("остоновить", "остановить"),
        ("посмторетт", None),
        ("sshd", None),  # a name with a letter of its own at the end
        ("podman", None),
        ("valkey", None),  # `valley` is too rare
        ("abc", None),
    ],
)
def test_what_is_no_word_is_taken_for_the_most_common_one_near(
    typed: str, meant: str | None
) -> None:
    assert corrected(typed) == meant


def test_a_word_of_the_notes_is_given_as_it_is_spelt() -> None:
    assert noted("debain", ["docker", "Debian"]) == "Debian"
    assert noted("debain", ["docker"]) is None
    assert noted("purne", ["pure", "prune"]) == "prune"  # swapped letters are commoner


def test_a_slip_leaves_the_first_letter_or_swaps_it() -> None:
    assert {"port", "prot"} & slips("rpot").keys() == {"prot"}
    assert "sort" not in slips("port1")
    assert "run" not in slips("runx")
    assert "rum" not in slips("run")


def test_a_word_that_is_too_long_has_no_slips() -> None:
    assert slips("a" * 29 + "b")
    assert slips("a" * 30 + "b") == {}


@pytest.mark.parametrize("word", ["пересчитывая", "готовке", "hoisting", "strain", "монитор"])
def test_there_are_words_that_are_not_common(word: str) -> None:
    assert is_word(word)


@pytest.mark.parametrize("word", ["удлаить", "кантейнер", "haeders"])
def test_misspelt_ones_are_none(word: str) -> None:
    assert not is_word(word)
    assert not is_common(word)


def test_common_words_have_ranks_in_both_languages() -> None:
    assert common_rank("the") == 0
    assert common_rank("как") == 0
    for common, rarer in (("файл", "кактус"), ("file", "cactus")):
        assert 0 < (common_rank(common) or 0) < (common_rank(rarer) or 0)
    assert common_rank("files") is not None
    assert common_rank("qwertz") is None
