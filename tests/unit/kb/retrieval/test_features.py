from __future__ import annotations

import pytest

from kb.model import ChunkKind, Query
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.features import measure
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk


@pytest.mark.parametrize(
    "text", ["Volume is a folder", "- **Volume** is a folder", "  * volume - a folder"]
)
def test_a_definition_is_one_of_its_term_however_it_is_written(text: str) -> None:
    question = parse_question(Query(text="what is a volume"))
    terms = tuple(WeightedTerm(content=term, idf=1.0, known=True) for term in question.terms)
    chunk = make_chunk(text, kind=ChunkKind.DEFINITION)
    assert measure(question, terms, chunk, dense=0.0, lexical=0.0).defines == 1.0
