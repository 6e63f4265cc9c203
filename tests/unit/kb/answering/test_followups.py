from __future__ import annotations

from typing import Any

import pytest

from kb.answering.followups import resolve
from kb.model import Turn
from tests.cases_files import load_jsonl


@pytest.mark.parametrize(
    "case", load_jsonl("answering/followups.jsonl"), ids=lambda case: case["question"]
)
def test_follow_up(case: dict[str, Any]) -> None:
    asked = case["history"]
    turns = [Turn(question=asked, standalone_question=asked, command=case["command"])]
    assert resolve(case["question"], turns if asked else []) == case["resolved"]
