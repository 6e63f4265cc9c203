"""Gold questions as people type them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rapidfuzz.distance import OSA

from kb.assistant import Assistant
from kb.evaluation.answers import ask_all
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.report import Report, as_table
from kb.evaluation.wordings import (
    in_latin_letters,
    measure_wordings,
    mistyped,
    on_other_layout,
    read_wordings,
    reworded,
)
from kb.model import AnswerStatus, LineRange, NoteId
from tests.fakes import FakeNotes
from tests.indexes import memory_index

NOTES = {
    "docker.md": "# Образы\n\nПосмотреть список образов: `docker images`\n\n"
    "# Сад\n\nПоливать раз в три дня.\n"
}
GOLD = GoldQuestion(
    id="ru-1", question="посмотреть список образов", language="ru", note_language="ru",
    kind="command", relevant=((NoteId("docker.md"), LineRange(start=3, end=3)),), command=None,
    status=AnswerStatus.ANSWERED, hedged=False, history=(), split="dev",
)  # fmt: skip
ENGLISH = replace(GOLD, id="en-1", question="list all the images", language="en")
SHORT = replace(GOLD, id="x", question="-p")


@pytest.fixture
def assistant() -> Assistant:
    index = memory_index(NOTES)
    return Assistant(index=lambda: index, notes=FakeNotes(NOTES))


@pytest.mark.parametrize("number", range(40))
def test_one_word_gets_one_error_that_is_the_same_each_time(number: int) -> None:
    gold = replace(ENGLISH, id=f"en-{number}")
    text = mistyped(gold)
    assert text is not None
    assert text == mistyped(gold)
    assert OSA.distance(text, gold.question) <= 1
    assert text.split()[:3] == ["list", "all", "the"]


def test_what_has_no_long_word_and_what_is_no_russian_is_left_out() -> None:
    assert mistyped(SHORT) is None
    assert on_other_layout(ENGLISH) is None
    assert in_latin_letters(ENGLISH) is None


def test_russian_is_typed_otherwise() -> None:
    assert on_other_layout(GOLD) == "gjcvjnhtnm cgbcjr j,hfpjd"
    assert in_latin_letters(GOLD) == "posmotret spisok obrazov"


def test_wordings_are_read_by_id(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text('{"id": "ru-1", "question": "эй"}\n\n', encoding="utf-8")
    assert [one.question for one in reworded([GOLD, ENGLISH], read_wordings(path))] == ["эй"]
    assert read_wordings(tmp_path / "none.jsonl") == {}


def test_each_wording_is_compared_with_the_same_questions_as_written(assistant: Assistant) -> None:
    none = replace(GOLD, id="none-1", question="как испечь хлеб", relevant=(),
                   status=AnswerStatus.NOT_FOUND, note_language=None)  # fmt: skip
    outcomes = ask_all(assistant, [GOLD, none])
    chats = {"ru-1": "Привет! Подскажи, как посмотреть список образов?", "none-1": "а как хлеб?"}
    found = {row.wording: row for row in measure_wordings(assistant, outcomes, chats)}
    assert list(found) == ["in a chat", "one typing error", "other layout", "Latin letters"]
    for row in found.values():
        assert row.as_written.value == 1.0
        assert row.right.count == 1
        assert row.refused is not None
        assert row.refused.count == 1
    assert found["in a chat"].right.value == 1.0
    assert found["other layout"].right.value == 1.0


def test_a_report_names_and_shows_them(assistant: Assistant) -> None:
    from kb.evaluation.answers import measure_answers

    outcomes = tuple(ask_all(assistant, [GOLD]))
    rows = tuple(measure_wordings(assistant, outcomes, {}))
    report = Report(
        retrieval=(), answers=measure_answers(outcomes), curve=(), outcomes=outcomes, wordings=rows
    )
    assert report.figures()["wordings/other layout/right"] == 1.0
    assert "wordings/in a chat/right" not in report.figures()
    assert "other layout" in as_table(report)
