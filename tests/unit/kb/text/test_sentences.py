from __future__ import annotations

from kb.text.sentences import split_sentences


def test_sentences_join_to_the_text_and_keep_abbreviations() -> None:
    text = "Ставим т.е. качаем. Потом запускаем! Готово? Да."
    assert split_sentences(text) == ["Ставим т.е. качаем.", "Потом запускаем!", "Готово?", "Да."]
    assert " ".join(split_sentences(text)) == text
