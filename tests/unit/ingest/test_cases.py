"""Notes with all their quirks, and the blocks and chunks that come of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import NoteId
from tests.unit.ingest.snapshots import case_files, expected, show_blocks, show_chunks


@pytest.mark.parametrize("case", case_files("chunks"), ids=lambda case: case.stem)
def test_chunks_are_as_expected(case: Path) -> None:
    note = parse_note(NoteId(case.name), case.read_text(encoding="utf-8"))
    assert show_chunks(chunk_note(note)) == expected(case)


@pytest.mark.parametrize("case", case_files("markdown"), ids=lambda case: case.stem)
def test_blocks_are_as_expected(case: Path) -> None:
    note = parse_note(NoteId(case.name), case.read_text(encoding="utf-8"))
    heading = f"title {note.title!r} tags {note.tags} aliases {note.aliases} date {note.date!r}\n"
    assert heading + show_blocks(note.blocks) == expected(case)
