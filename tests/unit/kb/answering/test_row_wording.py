from __future__ import annotations

from typing import Any

import pytest

from kb.answering.composer import compose
from kb.model import ChunkKind, Citation
from tests.cases_files import load_jsonl
from tests.chunks import make_chunk


@pytest.mark.parametrize("case", load_jsonl("answering/rows.jsonl"), ids=lambda case: case["text"])
def test_a_row_is_told_in_words(case: dict[str, Any]) -> None:
    chunk = make_chunk(
        case["text"],
        kind=ChunkKind(case["kind"]),
        context="Ports › of the web",
        columns=tuple(case["columns"]),
        flags=tuple(case.get("flags", ())),
    )
    citation = Citation(n=1, note=chunk.note, lines=chunk.lines, quote=chunk.text, chunk=chunk.id)
    assert compose([(chunk, citation)], (), "en") == case["answer"]


def test_rows_of_flags_are_listed_with_their_flags() -> None:
    command = ("docker logs",)
    rows = [
        make_chunk("| -f | follow |", kind=ChunkKind.FLAG, flags=("-f",), commands=command),
        make_chunk("| -t | times |", kind=ChunkKind.FLAG, flags=("-t",), commands=command),
    ]
    quotes = [
        (row, Citation(n=n, note=row.note, lines=row.lines, quote=row.text, chunk=row.id))
        for n, row in enumerate(rows, 1)
    ]
    assert compose(quotes, (), "en").endswith("\n\n- `-f`: follow [1]\n- `-t`: times [2]")
