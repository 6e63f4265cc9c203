"""Latin words that are spelt in Cyrillic letters as they sound."""

from __future__ import annotations

import pytest

from kb.text.common import is_common
from kb.text.sound import cyrillic_keys, latin_keys, likeness, spoken_keys
from kb.text.tokens import fold, russian_stem

ALIKE = """
алембик alembic; вебсокеты websockets; графана grafana; графане Grafana; монстеру Monstera;
тмукс tmux; питест pytest; поэтри poetry; ансиблом ansible; гитхаба github; дженкинс jenkins;
тайпскрипт typescript; клаудфлер cloudflare; прометеус prometheus; терраформом terraform;
инит init; крон cron; хельм helm; вайргард wireguard; таргет target; метадата metadata;
вебпак webpack; ноутбук notebook; чекпоинт checkpoint; бранч branch; реквест request;
фикстуры fixtures; лямбда lambda; нгинкс nginx; кубектл kubectl; джупитер jupyter;
кантейнер container;
""".split(";")  # fmt: skip
DIFFERENT = [
    ("кран", "cron"),
    ("вода", "video"),
    ("трогать", "target"),
    ("прописать", "purpose"),
    ("поменять", "payment"),
    ("лопатка", "elliptic"),
    ("остудить", "stdout"),
]


def _forms(word: str) -> tuple[str, str]:
    return fold(word), russian_stem(fold(word))


@pytest.mark.parametrize("pair", [pair.strip() for pair in ALIKE if pair.strip()])
def test_both_spellings_share_a_key_and_are_alike(pair: str) -> None:
    cyrillic, latin = pair.split()
    assert set(cyrillic_keys(*_forms(cyrillic))) & set(latin_keys(latin))
    assert likeness(*_forms(cyrillic), latin) >= 0.65


@pytest.mark.parametrize(("cyrillic", "latin"), DIFFERENT)
def test_other_words_share_no_key_or_are_not_alike(cyrillic: str, latin: str) -> None:
    shared = set(cyrillic_keys(*_forms(cyrillic))) & set(latin_keys(latin))
    assert not shared or likeness(*_forms(cyrillic), latin) < 0.65


def test_short_words_have_no_key() -> None:
    assert latin_keys("ip") == ()
    assert cyrillic_keys("да", "да") == ()


def test_a_text_gives_the_keys_of_its_latin_words_once() -> None:
    keys = spoken_keys("графана и grafana, Grafana")
    assert keys == list(latin_keys("grafana"))


@pytest.mark.parametrize("word", ["сервер", "ложка", "поливать", "который", "рюкзака", "починил"])
def test_common_words_are_known(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize("word", ["алембик", "графана", "вебсокет", "докер", "тмукс", "инит"])
def test_spoken_latin_words_are_not_common(word: str) -> None:
    assert not is_common(word)
