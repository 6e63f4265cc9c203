"""What kind of word a token is, by its form and its neighbours."""

from __future__ import annotations

import pytest

from kb.text.tokens import Token, tokenize
from kb.text.wordforms import is_adjective, is_infinitive, is_manner, things_in


def _word(text: str) -> Token:
    return next(iter(tokenize(text)))


@pytest.mark.parametrize(
    "word", ["удалить", "найти", "идти", "перевести", "сберечь", "остановиться", "спасти"]
)
def test_infinitives(word: str) -> None:
    assert is_infinitive(_word(word))


@pytest.mark.parametrize("word", ["сеть", "память", "мощность", "новости", "remove", "-t"])
def test_nouns_that_end_like_infinitives(word: str) -> None:
    assert not is_infinitive(_word(word))


@pytest.mark.parametrize("word", ["запущенные", "последний", "удалённых", "следующей", "другой"])
def test_adjectives(word: str) -> None:
    assert is_adjective(_word(word))


@pytest.mark.parametrize("word", ["приложение", "событие", "образ", "сетью", "redis", "веткой"])
def test_nouns_that_end_like_adjectives(word: str) -> None:
    assert not is_adjective(_word(word))


@pytest.mark.parametrize("word", ["сразу", "вручную", "forcibly", "often"])
def test_words_that_only_say_how(word: str) -> None:
    assert is_manner(_word(word))


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("сколько хранятся бэкапы", ["бэкапы"]),
        ("как быстро найти большие файлы", ["большие", "файлы"]),
        ("как создать сеть", ["сеть"]),
        ("how do I quickly remove a container", ["container"]),
        ("how to build an image", ["image"]),
        ("what does -p do in docker run", ["-p", "docker", "run"]),
        ("а как потом вернуть обратно?", []),
        ("is it necessary?", ["necessary"]),
    ],
)
def test_things(question: str, things: list[str]) -> None:
    tokens = list(tokenize(question))
    assert [token.surface for token in things_in(tokens)] == things
