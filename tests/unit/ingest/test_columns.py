"""The header of a table goes along with each of its rows."""

from __future__ import annotations

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import NoteId


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("| Port | Who |", ("Port", "Who")),
        ("| **Port** | [Who](x.md) |", ("Port", "Who")),
        ("| | Who |", ("", "Who")),
        ("| Port | | Who |", ("Port", "", "Who")),
        ("| Port \\| name | Who |", ("Port | name", "Who")),
        ("| | |", ("", "")),
    ],
)
def test_every_row_knows_what_heads_its_columns(header: str, columns: tuple[str, ...]) -> None:
    rule, row = "|---" * len(columns) + "|", "| some cell " * len(columns) + "|"
    note = parse_note(NoteId("a.md"), f"# Ports\n\n{header}\n{rule}\n{row}\n")
    chunks = chunk_note(note)
    assert [chunk.columns for chunk in chunks] == [columns, columns]
    named = " | ".join(filter(None, columns))
    assert {chunk.context for chunk in chunks} == {" › ".join(filter(None, ("Ports", named)))}
