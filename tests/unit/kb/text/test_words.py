"""The tables of words that several rules look for."""

from __future__ import annotations

import re

import pytest

from kb.text.words import INTERROGATIVE, any_of, read_sections


def test_every_kind_of_word_is_known_in_both_languages() -> None:
    sections = read_sections("words.txt")
    of_one = {"ask_auxiliary", "that", "deed", "deed_or_thing"}
    for name in sections.keys() - of_one:
        assert re.search("[a-z]", sections[name].replace("?:", "")), name
        assert re.search("[а-я]", sections[name]), name


@pytest.mark.parametrize("word", ["какими", "чём", "отчего", "кому", "which", "how"])
def test_words_that_ask(word: str) -> None:
    assert re.fullmatch(INTERROGATIVE, word)


@pytest.mark.parametrize("word", ["какао", "чеснок", "кот", "whatever", "howl"])
def test_words_that_only_begin_so(word: str) -> None:
    assert not re.match(rf"{INTERROGATIVE}\b", word)


def test_sections_are_joined() -> None:
    both = any_of("personal", "there")
    assert all(re.fullmatch(both, word) for word in ("её", "ее", "ними", "there", "оттуда"))
    assert not re.fullmatch(both, "это")
