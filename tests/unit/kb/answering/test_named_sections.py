"""Questions that name a heading: what stands under it is the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answering.named_sections import named_section, named_whole
from kb.answering.surroundings import Surroundings
from kb.model import Chunk, ChunkId, ChunkKind, Query
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.features import measure
from kb.retrieval.question import parse_question
from kb.store.memory import MemoryCatalog
from tests.chunks import make_chunk

TRAIL = ("Процессы", "Состояния процесса")


def under(trail: tuple[str, ...], text: str, start: int, kind: ChunkKind) -> Chunk:
    return replace(make_chunk(text, start=start, kind=kind), heading_trail=trail)


LIST = under(TRAIL, "- new — создаётся\n- ready — ждёт\n- running — идёт", 5, ChunkKind.LIST)
ITEM = replace(under(TRAIL, "- running — идёт", 7, ChunkKind.DEFINITION), parent=LIST.id)
EXPIRED = ("Сеть", "x509: certificate has expired")
WHY = under(EXPIRED, "Протухли ключи кластера.", 20, ChunkKind.PARAGRAPH)
STEPS = under(EXPIRED, "1. `renew all`\n2. перезапустить", 22, ChunkKind.LIST)
STEP = replace(under(EXPIRED, "1. `renew all`", 22, ChunkKind.LIST_ITEM), parent=STEPS.id)
LAST = under(EXPIRED, "Последний раз продлевали в мае.", 25, ChunkKind.PARAGRAPH)
CODE = under(EXPIRED, "```\ntext\n```", 27, ChunkKind.CODE)


def terms_of(question: str) -> tuple[WeightedTerm, ...]:
    parsed = parse_question(Query(text=question))
    return tuple(WeightedTerm(content=term, idf=1.0, known=True) for term in parsed.terms)


def section(question: str, *chunks: Chunk) -> list[ChunkId]:
    """Return what is chosen where the first chunk is the best of them."""
    parsed = parse_question(Query(text=question))
    measured = measure(parsed, (), chunks[0], dense=0.5, lexical=0.5)
    best = Candidate(chunk=chunks[0], features=measured, score=1.0, arms={})
    ranking = Ranking(question=parsed, terms=terms_of(question), candidates=(best,))
    around = Surroundings(ranking=ranking, catalog=MemoryCatalog(chunks))
    return [candidate.chunk.id for candidate in named_section(best, around)]


@pytest.mark.parametrize("question", ["состояния процесса", "process states"])
def test_a_heading_that_is_named_gives_the_list_below_it(question: str) -> None:
    assert section(question, ITEM, LIST) == [LIST.id]


@pytest.mark.parametrize(
    "question", ["состояние running", "что такое состояние процесса", "состояния потока"]
)
def test_a_part_that_is_named_stays_alone(question: str) -> None:
    assert section(question, ITEM, LIST) == []


def test_a_heading_that_is_named_gives_the_section_below_it() -> None:
    question = "x509: certificate has expired"
    whole = [WHY.id, STEPS.id, LAST.id]
    assert section(question, LAST, WHY, STEPS, STEP, LIST, ITEM) == whole
    assert section(question, STEP, WHY, STEPS, LAST) == [STEPS.id]


def test_a_long_section_or_one_of_more_than_text_is_not_given_whole() -> None:
    question = "x509: certificate has expired"
    long = under(EXPIRED, "\n".join(f"- строка {n}" for n in range(12)), 30, ChunkKind.LIST)
    assert section(question, LAST, WHY, long) == []
    assert section(question, LAST, WHY, CODE) == []


def test_a_title_alone_names_no_section() -> None:
    assert section("сеть", LAST, WHY, STEPS) == []


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("условия Коффмана", True),
        ("условия взаимоблокировки Коффмана", False),
        ("условия hold and wait", False),
        ("ImagePullBackOff", False),
    ],
)
def test_a_line_that_leads_to_a_list_names_it_too(question: str, whole: bool) -> None:
    chunk = make_chunk("Условия Коффмана:\n1. Mutual exclusion\n2. Hold and wait")
    assert named_whole(chunk, parse_question(Query(text=question)), terms_of(question)) is whole


def test_a_piece_of_a_compound_name_names_no_part() -> None:
    trail = ("k8s", "ImagePullBackOff")
    chunk = under(trail, "- опечатка\n- нет imagePullSecrets", 3, ChunkKind.LIST)
    question = "ImagePullBackOff"
    assert named_whole(chunk, parse_question(Query(text=question)), terms_of(question))
