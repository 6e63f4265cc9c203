from __future__ import annotations

from dataclasses import replace

import pytest

from kb.evaluation.answers import Outcome, refusal_curve
from kb.evaluation.gold import GoldQuestion
from kb.model import Answer, AnswerId, AnswerStatus, LineRange, NoteId

GOLD = GoldQuestion(
    id="q", question="?", language="en", note_language="en", kind="value",
    relevant=((NoteId("a.md"), LineRange(start=1, end=1)),), command=None,
    status=AnswerStatus.ANSWERED, hedged=False, history=(), split="dev",
)  # fmt: skip
NONE = replace(GOLD, relevant=(), note_language=None, status=AnswerStatus.NOT_FOUND)


def outcome(gold: GoldQuestion, confidence: float) -> Outcome:
    return Outcome(
        gold=gold,
        answer=Answer(
            id=AnswerId("a"), question="?", standalone_question="?", language="en",
            status=AnswerStatus.ANSWERED, text="", confidence=confidence,
        ),
    )  # fmt: skip


def test_a_threshold_refuses_no_more_of_the_answerable_than_it_may() -> None:
    answerable = [outcome(GOLD, (n + 1) / 10) for n in range(10)]
    others = [outcome(NONE, 0.05), outcome(NONE, 0.15), outcome(NONE, 0.95)]
    none, some = refusal_curve([*answerable, *others], false_refusals=(0.0, 0.2))
    assert (none.threshold, none.falsely_refused) == (0.1, 0.0)
    assert none.refused == pytest.approx(1 / 3)
    assert some.falsely_refused == pytest.approx(0.2)
    assert some.refused == pytest.approx(2 / 3)


@pytest.mark.parametrize("gold", [GOLD, NONE])
def test_questions_of_one_kind_have_no_curve(gold: GoldQuestion) -> None:
    assert refusal_curve([outcome(gold, 0.5)]) == []
