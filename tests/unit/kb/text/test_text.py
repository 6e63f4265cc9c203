from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.asking import asked_part
from kb.text.courtesies import without_courtesies
from kb.text.intent import asks_for_link, detect_intent
from kb.text.language import detect_language
from kb.text.tokens import analyze, tokenize
from kb.text.translation import translations
from tests.cases_files import load_jsonl


@pytest.mark.parametrize("case", load_jsonl("text/analyze.jsonl"), ids=lambda case: case["text"])
def test_analyze(case: dict[str, Any]) -> None:
    assert analyze(case["text"]) == case["terms"]


@pytest.mark.parametrize("case", load_jsonl("text/intents.jsonl"), ids=lambda case: case["text"])
def test_intent(case: dict[str, Any]) -> None:
    assert detect_intent(case["text"], has_flag=case["flag"]) == case["intent"]


@pytest.mark.parametrize("case", load_jsonl("text/courtesies.jsonl"), ids=lambda case: case["text"])
def test_courtesies(case: dict[str, str]) -> None:
    assert without_courtesies(case["text"]) == case["asked"]
    assert without_courtesies(case["asked"]) == case["asked"]


@pytest.mark.parametrize("case", load_jsonl("text/asking.jsonl"), ids=lambda case: case["text"])
def test_the_part_that_asks(case: dict[str, str]) -> None:
    assert asked_part(case["text"]) == case["asked"]


@pytest.mark.parametrize("text", [" " * 1999 + "x", "спасибо " * 240, "? ! " * 490, "(:) " * 490])
def test_long_chatter_is_read_in_time(text: str) -> None:
    """Patterns that tried every split of such a text would not end."""
    assert asked_part(text).strip()


@pytest.mark.parametrize("case", load_jsonl("text/languages.jsonl"), ids=lambda case: case["text"])
def test_language(case: dict[str, Any]) -> None:
    assert detect_language(case["text"]) == case["language"]


@given(st.text())
def test_tokens_stand_where_they_say(text: str) -> None:
    for token in tokenize(text):
        assert token.surface
        assert len(text[token.start : token.start + len(token.surface)]) == len(token.surface)


@given(st.text())
def test_analyze_ignores_case_of_words_and_never_raises(text: str) -> None:
    assert all(term for term in analyze(text))


def test_translations_work_both_ways() -> None:
    assert "file" in dict(translations("файл"))
    assert "файл" in dict(translations("file"))
    assert translations("qwertyuiop") == ()
    assert all(0 < weight <= 1 for _, weight in translations("удал"))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("link to the talk", True),
        ("video link", True),
        ("url of the repo", True),
        ("ссылка на доку", True),
        ("how do I link containers", False),
        ("how to link to a network", False),
    ],
)
def test_a_link_is_asked_for_by_its_name(text: str, asked: bool) -> None:
    assert asks_for_link(text) is asked
