"""Every table of phrases has every language."""

from __future__ import annotations

from typing import get_args

from kb.answering import frames, generation
from kb.commands.texts import read_rows
from kb.model import Language
from kb.retrieval import manual

LANGUAGES = frozenset(get_args(Language))


def test_every_phrase_of_an_answer_is_in_every_language() -> None:
    assert all(own.keys() == LANGUAGES for own in frames._FRAMES.values())


def test_every_text_on_commands_is_in_every_language() -> None:
    for name in ("texts.tsv", "commands.tsv", "flags.tsv"):
        for row in read_rows(name):
            assert all(row[language].strip() for language in LANGUAGES), row


def test_models_are_told_of_and_compared_in_every_language() -> None:
    assert generation._LANGUAGES.keys() == LANGUAGES
    assert frozenset(manual._LANGUAGES) == LANGUAGES
