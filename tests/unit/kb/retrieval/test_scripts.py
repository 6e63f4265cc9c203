"""A question typed on the other layout, or in Latin letters, is read as it was meant."""

from __future__ import annotations

import pytest

from kb.retrieval.scripts import in_own_script
from kb.text.keyboards import as_cyrillic, as_latin
from kb.text.romanization import cyrillic_readings, with_infinitives
from tests.indexes import memory_index

INDEX = memory_index(
    {
        "docker.md": "# Docker\n\nЗапустить контейнер в фоне: `docker run -d nginx`\n\n"
        "Удалить образ: `docker rmi nginx`\n\n`git stash` is for another day.\n",
    }
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rfr elfkbnm rjyntqyth?", "как удалить контейнер?"),
        ("f rfr elfkbnm j,hfp", "а как удалить образ"),
        ("rfr pfgecnbnm docker d ajyt", "как запустить docker в фоне"),
        ("pfxtv -u d git stash", "зачем -u в git stash"),
        ("ljrfxfnm j,jhdfdibqcz afqk", "докачать оборвавшийся файл"),  # one word of three is known
        ("nfqv-fen", "тайм-аут"),
        ("вщслук кгт -в", "docker run -d"),
        ("как удалить вщслук контейнер", "как удалить docker контейнер"),
    ],
)
def test_the_other_layout_is_read(typed: str, meant: str) -> None:
    assert in_own_script(typed, INDEX) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kak udalit konteyner", "как удалить контейнер"),
        ("kak zapustit docker v fone", "как запустить docker в фоне"),
        ("gde hranyatsya obrazy?", "где хранятся образы?"),
        ("kak posmotret logi", "как посмотреть логи"),
        ("skolko eto stoit", "сколько это стоит"),
        ("konteyner", "контейнер"),
    ],
)
def test_russian_in_latin_letters_is_read(typed: str, meant: str) -> None:
    assert in_own_script(typed, INDEX) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ЧТО ДЕЛАЕТ DOCKER RUN -D", "что делает docker run -d"),
        ("KAK UDALIT OBRAZ", "как удалить образ"),
        ("RFR ELFKBNM J,HFP", "как удалить образ"),
    ],
)
def test_caps_lock_is_read(typed: str, meant: str) -> None:
    assert in_own_script(typed, INDEX) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "ENTRYPOINT",
        "CMD -P",
        "what is -P",
        "what is a volume",
        "как удалить контейнер",
        "docker run",
        "что делает -d в docker run",
        "how to set up traefik",
        "gelf настройка",  # `gelf` would be a word on the other layout
        "kill without mercy",
        "omega 3 dose",
        "jira port",
        "pobeda cabin bag size",
        "moskva pobeda cabin bag size",  # more words are not Russian than are
        "kniga",  # too short to be sure of, alone
        "k8s",
        "123",
        "?",
        "-v",
        "bvd" * 660 + "ccccc",
    ],
)
@pytest.mark.timeout(5)
def test_other_questions_stay(typed: str) -> None:
    assert in_own_script(typed, INDEX) == typed


def test_both_layouts_are_one_keyboard() -> None:
    assert as_cyrillic("Rjl") == "Код"
    assert as_latin("Вщслук -й") == "Docker -q"
    for letter in "абвгдеёжзийклмнопрстуфхцчшщъыьэюя":
        assert as_cyrillic(as_latin(letter)) == letter


def test_a_word_has_its_readings_and_a_soft_sign_is_given_back() -> None:
    assert cyrillic_readings("tolko")[0] == "толко"
    assert "только" in cyrillic_readings("tolko")
    assert "объем" not in cyrillic_readings("v0lume")
    assert cyrillic_readings("") == ()
    assert with_infinitives("как удалит том и что он хранит") == "как удалить том и что он хранит"
    assert with_infinitives("как он работает") == "как он работает"
