"""Signals that the notes answer, or do not."""

from __future__ import annotations

import pytest

from kb.answering.abstention import Evidence, gather
from kb.answering.selection import select
from kb.model import Chunk, ChunkKind, Query
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.features import measure
from kb.retrieval.question import parse_question
from kb.retrieval.retriever import Retriever
from kb.text.language import detect_language
from tests.chunks import make_chunk
from tests.indexes import memory_index

NOTE = """# Docker

```
docker volume create data
```

Create a volume.

```
docker ps
```

List the containers.
"""


def evidence(question: str) -> Evidence:
    ranking = Retriever().rank(memory_index({"a.md": NOTE}), Query(text=question, language="en"))
    return gather(ranking, select(ranking))


@pytest.mark.parametrize(
    ("question", "is_unknown"),
    [
        ("docker network create", True),
        ("what does docker volume prune do", True),
        ("docker volume create", False),
        ("what is docker container ls for", False),  # another name of `docker ps`
        ("create a network", False),  # plain words
    ],
)
def test_a_command_that_no_note_has_is_noticed(question: str, is_unknown: bool) -> None:
    assert evidence(question).command_unknown == float(is_unknown)


def test_a_word_that_no_note_has_is_missing() -> None:
    assert evidence("kubernetes").unknown == 1.0
    assert evidence("list the containers").unknown == 0.0


@pytest.mark.parametrize(
    ("question", "is_unknown"),
    [
        ("kubernetes что это", True),
        ("docker что это", False),
        ("как создать том", False),
        ("kubernetes", False),  # an English question may have any word
    ],
)
def test_a_name_that_no_note_has_is_noticed_in_a_russian_question(
    question: str, is_unknown: bool
) -> None:
    language = detect_language(question)
    ranking = Retriever().rank(
        memory_index({"a.md": NOTE}), Query(text=question, language=language)
    )
    assert gather(ranking, select(ranking)).name_unknown == float(is_unknown)


def test_a_flag_is_explained_by_an_item_about_a_command_with_just_that_flag() -> None:
    note = "# Keys\n\n* ssh-add -D - forget all keys\n* ssh-add -l - list the keys\n"
    ranking = Retriever().rank(memory_index({"a.md": note}), Query(text="ssh-add -D"))
    assert gather(ranking, select(ranking)).flag_explained == 1.0


def ranking_of(question: str, *found: tuple[Chunk, float, float | None]) -> Ranking:
    """Return a ranking of chunks with their scores and readings."""
    parsed = parse_question(Query(text=question))
    candidates = tuple(
        Candidate(
            chunk=chunk,
            features=measure(parsed, (), chunk, dense=0.5, lexical=0.5),
            score=score,
            arms={},
            reading=reading,
        )
        for chunk, score, reading in found
    )
    return Ranking(question=parsed, terms=(), candidates=candidates)


FIRST, SECOND, THIRD = (make_chunk(f"place {n}", start=n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("scores", "chosen", "margin"),
    [
        ((3.0,), (0,), 1.0),  # with no other it is as far ahead as can be
        ((3.0, 2.5, 2.0), (0,), 0.5),
        ((3.0, 2.5, 2.25), (0, 1), 0.75),  # what is chosen too is no rival
        ((3.0, 2.5), (1,), -0.5),
        ((9.0, 2.0), (0,), 1.0),
        ((9.0, 2.0), (1,), -1.0),
    ],
)
def test_the_margin_is_to_the_best_that_is_not_chosen(
    scores: tuple[float, ...], chosen: tuple[int, ...], margin: float
) -> None:
    found = zip((FIRST, SECOND, THIRD), scores, (None,) * 3, strict=False)
    ranking = ranking_of("place", *found)
    assert gather(ranking, [ranking.candidates[n] for n in chosen]).margin == margin


@pytest.mark.parametrize(
    ("readings", "chosen", "reading", "best"),
    [
        ((1.0, 2.0), 1, 2.0, 2.0),
        ((1.0, None), 1, 1.0, 1.0),  # a larger chunk around the first was chosen
        ((-2.0, -1.0), 0, -2.0, -1.0),
        ((None, None), 0, 0.0, 0.0),
    ],
)
def test_the_reading_is_of_what_is_chosen_or_else_of_the_first(
    readings: tuple[float | None, float | None], chosen: int, reading: float, best: float
) -> None:
    ranking = ranking_of("place", (FIRST, 3.0, readings[0]), (SECOND, 2.0, readings[1]))
    signals = gather(ranking, [ranking.candidates[chosen]])
    assert (signals.reading, signals.reading_best, signals.reading_same) == (reading, best, reading)


@pytest.mark.parametrize(
    ("text", "flags", "question", "explained", "unknown"),
    [
        ("-a - all", ("-a",), "what does -a do", 1.0, 0.0),
        ("-A - all", ("-A",), "what does -a do", 0.0, 1.0),  # another one
        ("--all - all", ("--all",), "what does --ALL do", 1.0, 0.0),
        ("`ps -a` shows all", (), "what does -a do", 0.0, 0.5),  # it is only used there
        ("`ps -a` shows all", (), "why does -a fail", 0.0, 0.0),
        ("-b - brief", ("-b",), "what does -a do", 0.0, 1.0),
        ("-b - brief", ("-b",), "what is brief", 0.0, 0.0),
    ],
)
def test_a_flag_is_explained_used_or_unknown(
    text: str, flags: tuple[str, ...], question: str, explained: float, unknown: float
) -> None:
    ranking = ranking_of(question, (make_chunk(text, kind=ChunkKind.FLAG, flags=flags), 1.0, None))
    signals = gather(ranking, ranking.candidates)
    assert (signals.flag_explained, signals.flag_unknown) == (explained, unknown)
