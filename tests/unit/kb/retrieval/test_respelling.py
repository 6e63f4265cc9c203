"""A question is read with the words of the notes."""

from __future__ import annotations

import pytest

from kb.model import Language, Query
from kb.retrieval.respelling import mended, respell
from kb.retrieval.retriever import Retriever
from tests.indexes import memory_index

INDEX = memory_index(
    {
        "tools.md": "# Alembic\n\n`alembic init migrations` makes the folder.\n\n"
        "# Websockets\n\nThe proxy needs two more headers.\n",
        "disk.md": "# SSD\n\nThe radar is linked to an authentic SSD.\n\n"
        "# Свет\n\nВыключить свет.\n",
        "служба.md": "# Гамбузия\n\nКормить раз в день.\n\nGambusia is a fish.\n",
    }
)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("алембик инит", "alembic init"),
        ("заголовки для вебсокетов?", "заголовки для Websockets?"),
        ("как поставить докер на дебиан", "как поставить docker на debian"),
        ("как удлаить кантейнер", "как удалить контейнер"),
        ("Устновить", "установить"),
        ("how to install alembik", "how to install alembic"),
        ("the porxy needs two haeders", "the proxy needs two headers"),
        ("what needs websokcets", "what needs Websockets"),
    ],
)
def test_spoken_and_misspelt_words_are_put_right(asked: str, read: str) -> None:
    assert respell(Query(text=asked, language="ru"), INDEX).text == read


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("чем кормить гамбузию", "ru"),  # a word of the notes, as it is
        ("сколько стоит кран на кухню", "ru"),
        ("что делает -p в docker run?", "ru"),
        ("run nginx with strain and traefik", "en"),
        ("сколько ватт пересчитывая готовку", "ru"),
        ("", "ru"),
        ("how to configure sssd", "en"),  # no SSD
        ("how to install radarr", "en"),
        ("authentik setup with linkerd", "en"),
        ("как настроить свелт", "ru"),  # no свет
        ("how to install " + "AaBb" * 480, "en"),
        ("İ" * 2000, "en"),
    ],
)
@pytest.mark.timeout(10)
def test_other_words_stay(asked: str, language: Language) -> None:
    query = Query(text=asked, language=language)
    assert respell(query, INDEX) is query


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("как удлаить кантейнер докера", "как удалить контейнер докера"),
        ("the porxy needs two haeders", "the proxy needs two headers"),
        ("алембик инит", "алембик инит"),  # said in Russian, not misspelt
        ("что делает -p в docker run?", "что делает -p в docker run?"),
    ],
)
def test_typing_errors_alone_are_put_right_in_what_is_shown(asked: str, shown: str) -> None:
    assert mended(asked, INDEX) == shown


NAMES = memory_index(
    {
        "people.md": "# Team\n\nMarcus Lind lives in Malmö.\n\nApparently nobody saw Verdun.\n",
        "семья.md": "# Семья\n\nКатя носит линзы.\n\nПаша и Воронов жарят сырники. Аппарат.\n",
        "trip.md": "# Trip\n\nBook the hotel in Lisbon, see General Brusilov's house.\n",
    }
)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("телефон Маркуса", "телефон Marcus"),
        ("телефон маркуса", "телефон Marcus"),
        ("сколько погибло под верденом", "сколько погибло под Verdun"),
        ("до какого числа можно отменить Лиссабон", "до какого числа можно отменить Lisbon"),
        ("где дом Брусиловского", "где дом Brusilov"),
        ("what lenses does Katya wear", "what lenses does Катя wear"),
        ("what lenses does katya wear", "what lenses does катя wear"),
        ("where does Voronov's wife work", "where does Воронов's wife work"),
        ("how long to fry syrniki", "how long to fry сырники"),
        ("what does Pasha fry", "what does Паша fry"),
    ],
)
def test_names_are_read_in_the_letters_of_the_notes(asked: str, read: str) -> None:
    assert respell(Query(text=asked, language="ru"), NAMES).text == read
    assert mended(asked, NAMES) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "where is the apparatus",  # a word, not `аппарат`
        "где Катя",
        "what does Marcus do",
        "where is Dasha",  # nobody of the notes
    ],
)
def test_names_that_the_notes_have_so_or_not_at_all_stay(asked: str) -> None:
    query = Query(text=asked, language="en")
    assert respell(query, NAMES) is query


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("почему прод лежал 5 марта?", "почему прод лежал 2024-03-05?"),
        ("what happened on March 5, 2024", "what happened on 2024-03-05"),
        ("who was born on June 10", "who was born on 10 июня"),
        ("что было 8 мая", "что было 8 мая"),  # so in the notes, beside 2024-05-08
        ("что было 9 мая", "что было 9 мая"),  # of two years
        ("что было 7 марта", "что было 7 марта"),  # of no note
        ("что было в марте", "что было в марте"),
        ("what is new in 5.03", "what is new in 5.03"),
    ],
)
def test_days_are_read_in_the_form_of_the_notes(asked: str, read: str) -> None:
    index = memory_index(
        {
            "ops.md": "# Outages\n\n- 2024-03-05 no space left\n\nКатя родилась 10 июня.\n",
            "two.md": "2024-05-08, то есть 8 мая.\n\n2023-05-09 и 2024-05-09 праздник.\n",
        }
    )
    assert respell(Query(text=asked, language="ru"), index).text == read


def test_a_spoken_name_finds_the_line_that_has_it() -> None:
    hits = Retriever().search(INDEX, Query(text="алембик инит", language="ru"), top_k=1)
    assert "alembic init" in hits[0].chunk.text


@pytest.mark.parametrize("place", range(3))
def test_of_several_words_that_sound_alike_the_likest_is_read(place: int) -> None:
    others = ["Grobolok", "Grebeluk"]
    others.insert(place, "Grobalik")
    index = memory_index({f"{n}.md": f"{name} is a proxy." for n, name in enumerate(others)})
    assert respell(Query(text="гробалик", language="ru"), index).text == "Grobalik"
