from __future__ import annotations

import random
from typing import Any

import pytest

from kb.answering.conversation.followups import resolve
from kb.model import Turn
from tests.cases_files import load_jsonl


@pytest.mark.parametrize(
    "case", load_jsonl("answering/followups.jsonl"), ids=lambda case: case["question"]
)
def test_follow_up(case: dict[str, Any]) -> None:
    asked = case["history"]
    turns = [Turn(question=asked, standalone_question=asked, command=case["command"])]
    assert resolve(case["question"], turns if asked else []) == case["resolved"]


@pytest.mark.parametrize(
    ("first", "second", "third", "resolved"),
    [
        ("логи сервиса", "а за 10 минут?", "а в фоне?", "логи сервиса в фоне"),
        (
            "how to start nginx",
            "and forcibly?",
            "and with a name?",
            "how to start nginx with a name",
        ),
        ("логи сервиса", "а контейнера?", "а в фоне?", "логи контейнера в фоне"),
        (
            "how to start it",
            "why does it stop?",
            "and with a name?",
            "why does it stop with a name",
        ),
    ],
)
def test_what_was_only_added_gives_way_to_the_next(
    first: str, second: str, third: str, resolved: str
) -> None:
    turns = [Turn(question=first, standalone_question=first)]
    turns.append(Turn(question=second, standalone_question=resolve(second, turns)))
    assert resolve(third, turns) == resolved


def test_whatever_is_said_after_whatever_it_is_read() -> None:
    words = (
        "а и and the second второй 4.3 4.2 UE E15 he с with в in docker -p run что где did we не"
        " только Verdun один ones them его ?"
    ).split()
    chance = random.Random(1)
    for _ in range(5000):
        asked, said = (" ".join(chance.choices(words, k=chance.randint(1, 6))) for _ in "ab")
        assert resolve(said, [Turn(question=asked, standalone_question=asked)]).strip()
