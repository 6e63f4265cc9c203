from __future__ import annotations

from pathlib import Path

import pytest

from ingest.training.vocabulary import (
    cyrillic_ids,
    extend_tokenizer,
    is_cyrillic,
    learn_tokens,
    load_tokenizer,
)
from tests.unit.ingest.training.tiny import TOKENS, tokenizer_json

LINES = ["Удалить контейнер и образ", "контейнеры удалены", "Ёлка и йод", "docker run контейнер"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [("контейнер", True), ("##ами", True), ("run", False), ("##s", False), ("докерx", False)],
)
def test_only_whole_cyrillic_pieces_are_cyrillic(token: str, expected: bool) -> None:
    assert is_cyrillic(token) is expected


def test_learnt_tokens_are_lower_case_without_accents_and_never_latin() -> None:
    tokens = learn_tokens(LINES * 20, size=60)
    assert "контеинер" in tokens
    assert len(tokens) <= 60
    assert all(is_cyrillic(token) and token == token.lower() for token in tokens)
    assert not any(letter in token for token in tokens for letter in "йё")


def test_appended_vocabulary_keeps_english_ids(tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(extend_tokenizer(tokenizer_json(), []), encoding="utf-8")
    after.write_text(
        extend_tokenizer(tokenizer_json(), ["контеинер", "##ы", "в"]), encoding="utf-8"
    )
    old, new = load_tokenizer(before), load_tokenizer(after)
    for text in ("How to remove the containers?", "-p port", "unknown words", ""):
        assert new.encode(text).ids == old.encode(text).ids
    assert new.token_to_id("контеинер") == len(TOKENS)
    assert new.token_to_id("в") == TOKENS.index("в"), "a token that was there keeps its id"
    assert new.encode("Контейнеры").tokens == ["[CLS]", "контеинер", "##ы", "[SEP]"]


def test_teacher_truncation_does_not_survive(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(extend_tokenizer(tokenizer_json(), []), encoding="utf-8")
    assert len(load_tokenizer(path).encode("how to remove the container").ids) == 7


def test_learnt_rows_include_cyrillic_tokens_the_teacher_had(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(extend_tokenizer(tokenizer_json(), ["порт"]), encoding="utf-8")
    assert cyrillic_ids(load_tokenizer(path)) == [TOKENS.index("в"), len(TOKENS)]


def test_a_latin_token_is_refused() -> None:
    with pytest.raises(ValueError, match="docker"):
        extend_tokenizer(tokenizer_json(), ["docker"])
