"""The practice that ranking and refusal are fitted on fits its notes, and measures nothing."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from kb.evaluation.gold import load_gold
from kb.text.tokens import fold

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "training" / "practice"
QUESTIONS = load_gold([FOLDER / "questions.jsonl"])


def _lines(note: str) -> list[str]:
    return (FOLDER / "notes" / note).read_text(encoding="utf-8").split("\n")


def test_there_is_enough_of_each_sort() -> None:
    assert len(QUESTIONS) == len({one.id for one in QUESTIONS}) >= 3_800
    directions = Counter(one.direction for one in QUESTIONS)
    assert set(directions) == {"en-en", "en-ru", "ru-en", "ru-ru", "none"}
    assert min(directions.values()) >= 700
    kinds = Counter(one.kind for one in QUESTIONS)
    assert len(kinds) == 13
    assert min(kinds.values()) >= 60


def test_the_lines_that_answer_are_there_and_no_more_than_a_few() -> None:
    for one in QUESTIONS:
        assert bool(one.relevant) == (one.kind != "unanswerable"), one.id
        for note, lines in one.relevant:
            said = _lines(note)[lines.start - 1 : lines.end]
            assert 1 <= len(said) == lines.end - lines.start + 1 <= 9, one.id
            assert said[0].strip(), one.id
            assert said[-1].strip(), one.id


def test_every_note_is_asked_for_by_both_languages() -> None:
    asked = {(one.relevant[0][0], one.language) for one in QUESTIONS if one.relevant}
    notes = {path.relative_to(FOLDER / "notes").as_posix() for path in FOLDER.rglob("*.md")}
    assert asked == {(note, language) for note in notes for language in ("en", "ru")}


def test_each_question_is_asked_of_the_notes_it_was_written_for() -> None:
    assert {one.path_prefix for one in QUESTIONS} == {"1/", "2/"}
    for one in QUESTIONS:
        assert all(note.startswith(one.path_prefix) for note, _ in one.relevant), one.id


def test_no_question_is_one_that_measures() -> None:
    gold = load_gold(sorted((DATA / "evaluation").glob("*.jsonl")))
    measured = {_bare(one.question) for one in gold}
    assert len(measured) > 600
    assert not measured & {_bare(one.question) for one in QUESTIONS}


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
