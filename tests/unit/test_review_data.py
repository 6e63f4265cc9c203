"""The review asks both languages of both, and nothing learns from it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kb.evaluation.gold import load_gold

DATA = Path(__file__).parents[2] / "data"
REVIEW = DATA / "review"
folders = pytest.mark.parametrize("name", ["servers", "home"])


@folders
def test_both_languages_are_asked_of_both(name: str) -> None:
    questions = load_gold([REVIEW / name / "questions.jsonl"])
    assert len({one.id for one in questions}) == len({one.question for one in questions}) == 500
    directions = Counter(one.direction for one in questions)
    assert set(directions) == {"en-en", "en-ru", "ru-en", "ru-ru", "none"}
    assert directions["none"] == 170
    assert min(directions.values()) >= 35


@folders
def test_nothing_learns_from_the_review(name: str) -> None:
    notes = {path.read_text(encoding="utf-8") for path in (REVIEW / name).rglob("*.md")}
    assert len(notes) == 28
    learnt = {path.read_text(encoding="utf-8") for path in (DATA / "training").rglob("*.md")}
    assert not notes & learnt
