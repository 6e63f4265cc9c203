"""Practice, vaults and review fit their notes; the first two share no vault and measure nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from ingest.training.lessons import LANGUAGES, is_held_out, read_lessons
from kb.evaluation.gold import GoldQuestion, load_gold
from kb.text.tokens import fold, is_cyrillic

DATA = Path(__file__).parents[2] / "data"
LESSONS = DATA / "training"
PRACTICE, VAULTS = LESSONS / "practice", LESSONS / "vaults"


@lru_cache
def _questions(folder: Path) -> list[GoldQuestion]:
    return load_gold([folder / "questions.jsonl"])


QUESTIONS = {folder: _questions(folder) for folder in (PRACTICE, VAULTS)}
REVIEW = [DATA / "review" / name for name in ("servers", "home")]

both = pytest.mark.parametrize("folder", [PRACTICE, VAULTS], ids=lambda folder: folder.name)


@lru_cache
def _lines(folder: Path, note: str) -> list[str]:
    return (folder / "notes" / note).read_text(encoding="utf-8").split("\n")


@both
def test_there_is_enough_of_each_sort(folder: Path) -> None:
    questions = QUESTIONS[folder]
    assert len(questions) == len({one.id for one in questions}) >= 3_800
    directions = Counter(one.direction for one in questions)
    assert set(directions) == {"en-en", "en-ru", "ru-en", "ru-ru", "none"}
    assert min(directions.values()) >= 700
    kinds = Counter(one.kind for one in questions)
    assert len(kinds) == 13
    assert min(kinds.values()) >= 60


@pytest.mark.parametrize("folder", [PRACTICE, VAULTS, *REVIEW], ids=lambda folder: folder.name)
def test_the_lines_that_answer_are_there_and_no_more_than_a_few(folder: Path) -> None:
    for one in _questions(folder):
        assert bool(one.relevant) == (one.kind != "unanswerable"), one.id
        for note, lines in one.relevant:
            said = _lines(folder, note)[lines.start - 1 : lines.end]
            assert 1 <= len(said) == lines.end - lines.start + 1 <= 12, one.id
            assert said[0].strip(), one.id
            assert said[-1].strip(), one.id


@both
def test_every_note_is_asked_for_by_both_languages(folder: Path) -> None:
    asked = {(one.relevant[0][0], one.language) for one in QUESTIONS[folder] if one.relevant}
    notes = {path.relative_to(folder / "notes").as_posix() for path in folder.rglob("*.md")}
    assert asked == {(note, language) for note in notes for language in ("en", "ru")}


def test_each_question_is_asked_of_the_notes_it_was_written_for() -> None:
    assert {one.path_prefix for one in QUESTIONS[PRACTICE]} == {"1/", "2/"}
    assert {one.path_prefix for one in QUESTIONS[VAULTS]} == {f"{n}/" for n in range(3, 88)}
    for folder, questions in QUESTIONS.items():
        vaults = {f"{path.name}/" for path in (folder / "notes").iterdir()}
        assert {one.path_prefix for one in questions} == vaults
    for one in chain(*QUESTIONS.values()):
        assert all(note.startswith(one.path_prefix) for note, _ in one.relevant), one.id


def _near(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "near.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _answered(folder: Path) -> set[str]:
    """Return the ids of what near misses may stand beside; of lessons only of those learnt from."""
    if folder != LESSONS:
        return {one.id for one in QUESTIONS[folder] if one.relevant}
    taught = (lesson for lesson in read_lessons(LESSONS) if not is_held_out(lesson))
    facts = (fact.id for lesson in taught for fact in lesson.facts)
    return {f"{fact}/{language}" for fact in facts for language in LANGUAGES}


@pytest.mark.parametrize("folder", [PRACTICE, VAULTS, LESSONS], ids=lambda folder: folder.name)
def test_near_misses_stand_beside_questions_of_passages_that_answer(folder: Path) -> None:
    rows = _near(folder)
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) >= 190
    assert set(ids) <= _answered(folder)
    for row in rows:
        asked, missed = map(_bare, row["answered"]), map(_bare, row["missed"])
        assert len(row["answered"]) >= 3, row["id"]
        assert len(row["missed"]) >= 4, row["id"]
        assert len({*asked, *missed}) == len(row["answered"]) + len(row["missed"]), row["id"]
        for texts in (row["answered"], row["missed"]):
            assert {is_cyrillic(text.lower()) for text in texts} == {True, False}, row["id"]


def test_no_question_is_one_that_measures() -> None:
    gold = load_gold(sorted((DATA / "evaluation").glob("*.jsonl")))
    measured = {_bare(one.question) for one in gold}
    assert len(measured) > 600
    near = [row for folder in (*QUESTIONS, LESSONS) for row in _near(folder)]
    learnt = [text for row in near for text in (*row["answered"], *row["missed"])]
    learnt += [one.question for one in chain(*QUESTIONS.values())]
    assert not measured & set(map(_bare, learnt))


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
