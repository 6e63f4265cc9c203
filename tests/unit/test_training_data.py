"""The lessons are whole: every anchor is on one line, which a chunk holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingest.training.lessons import LANGUAGES, Lesson, is_held_out, read_lessons
from ingest.training.phrases import (
    PHRASINGS,
    everyday_rows,
    read_everyday,
    read_needs,
    read_phrasings,
)
from kb.evaluation.gold import load_gold
from kb.text.tokens import fold, is_cyrillic

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "training"
LESSONS = read_lessons(FOLDER)


def _bare(texts: Iterable[str]) -> set[str]:
    return {" ".join(re.findall(r"\w+", fold(text))) for text in texts}


def _asked_of_lessons_held_out() -> set[str]:
    held_out = [fact for lesson in LESSONS if is_held_out(lesson) for fact in lesson.facts]
    return _bare(text for fact in held_out for own in fact.questions.values() for text in own)


def test_there_are_lessons_to_learn_from_and_to_measure_by() -> None:
    held_out = [lesson for lesson in LESSONS if is_held_out(lesson)]
    assert len(LESSONS) >= 160
    assert len(LESSONS) / 8 < len(held_out) < len(LESSONS) / 3


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_whole(lesson: Lesson) -> None:
    ids = [fact.id for fact in lesson.facts]
    assert len(ids) == len(set(ids)) >= 15
    for fact in lesson.facts:
        for language in LANGUAGES:
            assert lesson.answers(fact, language), fact.id
            assert len(fact.questions[language]) >= 3
            assert all(text.strip() for text in fact.questions[language])
    assert all(len(lesson.unanswered[language]) >= 6 for language in LANGUAGES)


def test_pairs_are_whole_and_know_nothing_of_the_lessons_held_out() -> None:
    pairs = read_everyday(FOLDER)
    assert len(everyday_rows(FOLDER / "everyday")) >= 8_000
    assert len(pairs) >= 32_000
    for english, russian in zip(pairs.english, pairs.russian, strict=True):
        assert english.strip(), russian
        assert is_cyrillic(russian.lower()), russian
    held_out = {
        question
        for lesson in LESSONS
        if is_held_out(lesson)
        for fact in lesson.facts
        for question in fact.questions["ru"]
    }
    shared = held_out & set(pairs.russian)
    assert len(shared) <= len(held_out) / 100, sorted(shared)


def test_needs_are_plain_names_each_once() -> None:
    needs = read_needs(FOLDER)
    assert len(needs) >= 9_000
    assert all(need.strip() == need for need in needs)
    assert all(1 <= len(need.split()) <= 16 for need in needs)
    assert not any(is_cyrillic(need.lower()) for need in needs)


def test_phrasings_are_whole_and_none_is_a_question_that_measures() -> None:
    pairs = read_phrasings(FOLDER)
    needs = set(pairs.english)
    assert len(needs) >= 5_000
    assert len(pairs) == len(needs) * (PHRASINGS - 1)
    assert all(text.strip() == text for text in (*needs, *pairs.russian))
    assert not any(is_cyrillic(need.lower()) for need in needs)
    typed = _bare([*read_needs(FOLDER), *pairs.russian])
    gold = load_gold(sorted((DATA / "evaluation").glob("*.jsonl")))
    assert len(gold) >= 600
    assert not typed & _bare(one.question for one in gold)
    assert not typed & _asked_of_lessons_held_out()
