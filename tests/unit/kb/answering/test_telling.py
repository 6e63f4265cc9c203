"""Which lines are quoted of a chunk that says more than was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kb.answering.telling import quote_telling
from kb.model import Chunk, ChunkKind, LineRange, Query
from kb.ports import FloatArray
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk

PORTS = "Порт базы 5432.\nПорт сайта 8080.\nЛоги в /var/log.\nПароль у Оли."


class WordReader:
    """Reads by words: so sure as the text holds of those that count, -5 without any."""

    def __init__(self, **sure: float) -> None:
        self._sure = sure

    def read(self, question: str, chunks: Sequence[Chunk]) -> FloatArray:
        assert question
        return np.array([self._sureness(chunk.text) for chunk in chunks], np.float32)

    def _sureness(self, text: str) -> float:
        return max((sure for word, sure in self._sure.items() if word in text), default=-5.0)


def quoted(
    text: str,
    question: str = "какой порт у сайта",
    *,
    kind: ChunkKind = ChunkKind.PARAGRAPH,
    **sure: float,
) -> tuple[int, int]:
    chunk = make_chunk(text, start=11, kind=kind)
    quote = quote_telling(chunk, parse_question(Query(text=question)), (), WordReader(**sure))
    return quote.lines.start, quote.lines.end


def test_the_statement_that_answers_is_quoted_alone() -> None:
    assert quoted(PORTS, сайта=2.0) == (12, 12)


def test_statements_that_are_nearly_as_sure_are_quoted_with_what_stands_between() -> None:
    assert quoted(PORTS, сайта=2.0, Пароль=0.6) == (12, 14)
    assert quoted(PORTS, сайта=2.0, Пароль=0.4) == (12, 12)


def test_without_a_reranker_a_paragraph_stays_whole() -> None:
    chunk = make_chunk(PORTS, start=11)
    quote = quote_telling(chunk, parse_question(Query(text="порт сайта")), ())
    assert quote.lines == chunk.lines


@pytest.mark.parametrize("kind", [ChunkKind.COMMAND, ChunkKind.TROUBLESHOOTING, ChunkKind.QUESTION])
def test_what_belongs_together_stays_together(kind: ChunkKind) -> None:
    assert quoted(PORTS, kind=kind, сайта=2.0) == (11, 14)


FIX = """\
After the update Docker said:

> WSL is too old

How I got it to run:

* a newer kernel from the Store

WSL is the Linux that Windows keeps."""


PRUNE = "```\ndocker image prune\n```\n\nDeletes what has no name.\n\nNothing asks."


@pytest.mark.parametrize(
    ("question", "sure", "lines"),
    [
        ("what are unnamed images", {"name": 2.0}, (15, 15)),
        ("does it ask", {"Nothing": 2.0}, (17, 17)),
        ("why is it quiet", {"Nothing": 2.0}, (17, 17)),
        ("where do unnamed images go", {"name": 2.0, "docker": 1.0}, (11, 17)),
        ("what does docker image prune do", {"name": 2.0}, (11, 17)),
        ("how to delete unnamed images", {"name": 2.0}, (11, 17)),
        ("unnamed images", {"name": 2.0}, (11, 17)),
    ],
)
def test_what_is_said_beside_a_command_is_quoted_alone_unless_the_command_is_asked_for(
    question: str, sure: dict[str, float], lines: tuple[int, int]
) -> None:
    chunk = make_chunk(PRUNE, start=11, kind=ChunkKind.COMMAND, commands=("docker image prune",))
    quote = quote_telling(chunk, parse_question(Query(text=question)), (), WordReader(**sure))
    assert (quote.lines.start, quote.lines.end) == lines


def test_two_blocks_of_code_stay_together() -> None:
    text = "```\na\n```\n\n```\nb\n```"
    assert quoted(text, "where is b", kind=ChunkKind.CODE, b=2.0) == (11, 17)


def test_what_a_fix_says_is_quoted_alone_for_who_asks_what_or_where_something_is() -> None:
    def of_fix(question: str, **sure: float) -> tuple[int, int]:
        return quoted(FIX, question, kind=ChunkKind.TROUBLESHOOTING, **sure)

    assert of_fix("what is WSL", keeps=2.0) == (19, 19)
    assert of_fix("where is WSL kept", keeps=2.0) == (19, 19)
    assert of_fix("WSL does not start", keeps=2.0) == (11, 19)
    assert of_fix("how do I start WSL", keeps=2.0) == (11, 19)


def test_a_symptom_comes_with_its_fix() -> None:
    chunk = replace(
        make_chunk(FIX, start=11, kind=ChunkKind.TROUBLESHOOTING),
        question_lines=LineRange(start=13, end=13),
    )
    question = parse_question(Query(text="what is WSL is too old"))
    assert quote_telling(chunk, question, (), WordReader(old=2.0)).lines == chunk.lines
    assert quote_telling(chunk, question, (), WordReader(keeps=2.0)).lines.start == 19


@pytest.mark.parametrize("question", ["какие порты есть", "чем база отличается от сайта"])
def test_who_asks_for_all_gets_all(question: str) -> None:
    assert quoted(PORTS, question, сайта=2.0) == (11, 14)


def test_steps_stay_together() -> None:
    steps = "1. Скачать сайт целиком\n2. Собрать образ\n3. Запустить"
    assert quoted(steps, "как запустить сайт", kind=ChunkKind.LIST, сайт=2.0) == (11, 13)
    led = f"Как поднять:\n{steps}"
    assert quoted(led, "как запустить сайт", kind=ChunkKind.LIST, сайт=2.0) == (11, 14)
    assert quoted(steps, "где сайт", kind=ChunkKind.LIST, сайт=2.0) == (11, 11)


def test_a_statement_comes_with_what_it_leans_on() -> None:
    text = "Сайт живёт на старом сервере.\nОн слушает порт 8080.\nЛоги там же."
    assert quoted(text, слушает=2.0) == (11, 12)


def test_a_statement_comes_with_its_doubt() -> None:
    doubted = "Порт сайта 8080.\nНе уверен.\nЛоги в /var/log."
    assert quoted(doubted, сайта=2.0) == (11, 12)
    other = "Порт сайта 8080.\nКажется, логи лежат в /var/log, но их ещё надо там поискать.\nВсё."
    assert quoted(other, сайта=2.0) == (11, 11)


def test_an_item_of_a_word_or_two_comes_with_its_list() -> None:
    assert quoted("Порты:\n- сайт 8080\n- база", kind=ChunkKind.LIST, сайт=2.0) == (11, 13)
    named = "Порты:\n- у сайта порт 8080\n- база"
    assert quoted(named, kind=ChunkKind.LIST, сайт=2.0) == (12, 12)
    code = "Порты:\n- `site`\n- `docker ps`"
    assert quoted(code, kind=ChunkKind.LIST, site=2.0) == (11, 13)
    assert quoted(code, kind=ChunkKind.LIST, docker=2.0) == (13, 13)
    assert quoted("Порты:\n- a\n- сайт: `80`", kind=ChunkKind.LIST, сайт=2.0) == (13, 13)


def test_a_long_list_is_not_read() -> None:
    many = [f"- строка номер {n} обо всём" for n in range(13)]
    many[7] = "- строка, где сайт слушает порт"
    assert quoted("\n".join(many), kind=ChunkKind.LIST, сайт=2.0) == (11, 23)
    assert quoted("\n".join(many[:12]), kind=ChunkKind.LIST, сайт=2.0) == (18, 18)


CONDITIONS = "Четыре условия Коффмана (все сразу):\n1. Mutual exclusion\n2. Hold and wait\n\nВсё."


def test_a_line_that_leads_to_a_list_comes_with_all_its_items() -> None:
    assert quoted(CONDITIONS, "условия Коффмана", kind=ChunkKind.LIST, Коффмана=2.0) == (11, 13)
    asked = "что такое условия Коффмана"
    assert quoted(CONDITIONS, asked, kind=ChunkKind.LIST, Коффмана=2.0) == (11, 13)


def test_a_line_that_leads_to_another_comes_with_it() -> None:
    text = "db2 - реплика. **Отставание:**\n`select now()`\n\nПромоут: потом."
    assert quoted(text, "отставание реплики", Отставание=2.0) == (11, 12)


def test_who_asks_what_something_is_needs_no_example_of_it() -> None:
    text = "WAL - журнал. Пример записи:\n`0/16B3748`\n\nХранится день."
    assert quoted(text, "что такое WAL", WAL=2.0) == (11, 11)
    assert quoted(text, "пример WAL", WAL=2.0) == (11, 12)


def test_what_is_unwritten_is_not_quoted_beside_what_is_written() -> None:
    text = "Порт сайта 8080.\nTODO\nСайт без базы.\n???"
    assert quoted(text, сайта=2.0, TODO=1.0) == (11, 11)
    assert quoted(text, сайта=2.0, Сайт=1.0, TODO=3.0) == (12, 12)
