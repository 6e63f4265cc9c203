from __future__ import annotations

from dataclasses import replace

import pytest

from kb.evaluation.answers import Outcome, measure_answers
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.report import Report, as_table, below_floor
from kb.model import Answer, AnswerId, AnswerStatus, ChunkId, Citation, LineRange, NoteId

PLACE = (NoteId("a.md"), LineRange(start=1, end=1))
GOLD = GoldQuestion(
    id="q", question="?", language="en", note_language="en", kind="value", relevant=(PLACE,),
    command=None, status=AnswerStatus.ANSWERED, hedged=False, history=(), split="dev",
)  # fmt: skip
NONE = replace(GOLD, relevant=(), note_language=None, status=AnswerStatus.NOT_FOUND)


def outcome(gold: GoldQuestion, status: AnswerStatus, *lines: int) -> Outcome:
    citations = tuple(
        Citation(
            n=n,
            note=PLACE[0],
            lines=LineRange(start=line, end=line),
            quote="x",
            chunk=ChunkId("a"),
        )
        for n, line in enumerate(lines, 1)
    )
    answer = Answer(
        id=AnswerId("a"), question="?", standalone_question="?", language="en", status=status,
        text="", confidence=0.5, citations=citations, timings_ms={"total": 3.0},
    )  # fmt: skip
    return Outcome(gold=gold, answer=answer)


def report(*outcomes: Outcome) -> Report:
    return Report(
        retrieval=(), answers=measure_answers(outcomes), curve=(), outcomes=tuple(outcomes)
    )


def test_what_no_question_asked_for_has_no_figure() -> None:
    own = report(outcome(GOLD, AnswerStatus.ANSWERED, 1, 2))
    assert own.figures() == {
        "answers/hit_at_1": 1.0,
        "answers/citation_precision": 0.5,
        "answers/median_lines": 1.0,
        "answers/falsely_refused": 0.0,
        "answers/ask_ms_p50": 3.0,
        "answers/ask_ms_p95": 3.0,
    }
    assert "followups            no such question" in as_table(own)


def test_unanswerable_questions_alone_are_measured_too() -> None:
    only = report(outcome(NONE, AnswerStatus.NOT_FOUND), outcome(NONE, AnswerStatus.ANSWERED, 4))
    assert only.figures()["answers/refused"] == 0.5
    assert "answers/hit_at_1" not in only.figures()


def test_a_figure_with_a_floor_that_was_not_measured_misses_it() -> None:
    own = report(outcome(GOLD, AnswerStatus.NOT_FOUND))
    floors = {"answers/citation_precision": {"min": 0.5}, "answers/falsely_refused": {"max": 0.1}}
    assert below_floor(own.figures(), floors) == [
        "answers/citation_precision was not measured",
        "answers/falsely_refused is 1.0, outside {'max': 0.1}",
    ]


def test_no_question_is_no_report() -> None:
    with pytest.raises(ValueError, match="no values"):
        report()
