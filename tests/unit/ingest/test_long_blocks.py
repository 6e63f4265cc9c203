"""What is too long for one chunk: what is cut, what is not, and what each part carries along."""

from __future__ import annotations

import pytest

from ingest.chunks import footnote_drafts
from ingest.chunks.chunking import chunk_note
from ingest.chunks.code_drafts import MAX_CODE_CHARS
from ingest.chunks.entries import MAX_TEXT_CHARS
from ingest.chunks.lists import MAX_LIST_CHARS
from ingest.chunks.tables import MAX_TABLE_CHARS
from ingest.markdown import parse_note
from ingest.models.embedding_text import embedding_text
from kb.model import Chunk, ChunkKind, NoteId
from tests.unit.ingest.invariants import check_chunks


def chunks_of(text: str) -> list[Chunk]:
    note = parse_note(NoteId("note.md"), text)
    chunks = chunk_note(note)
    check_chunks(note, chunks)
    return chunks


def test_a_file_of_many_services_is_one_chunk_with_its_code() -> None:
    services = "\n".join(f"  app{n}:\n    image: example.org/team/app{n}:1.{n}" for n in range(80))
    code = f"services:\n{services}"
    assert len(code) > MAX_TEXT_CHARS
    (chunk,) = chunks_of(f"```yaml\n{code}\n```\n")
    assert chunk.kind is ChunkKind.CODE
    assert [span.text for span in chunk.code] == [code]


def test_a_dump_of_data_in_a_fence_is_cut_between_its_lines() -> None:
    chunks = chunks_of("```\n" + "12:00:01 web answered in 3 ms\n" * 4000 + "```\n")
    assert len(chunks) > 1
    assert max(len(chunk.text) for chunk in chunks) <= MAX_CODE_CHARS


def test_each_part_of_a_long_table_has_the_header_in_its_context() -> None:
    rows = "".join(f"| {4000 + n} | service number {n} |\n" for n in range(200))
    assert len(rows) > MAX_TABLE_CHARS
    chunks = chunks_of(f"# Ports\n\n| Port | Who |\n|---|---|\n{rows}")
    parts = [chunk for chunk in chunks if chunk.parent is None]
    assert len(parts) > 1
    assert {chunk.context for chunk in chunks} == {"Ports › Port | Who"}
    assert parts[-1].lines.end == chunks[-1].lines.end


def test_an_over_long_item_is_cut_where_its_own_list_begins() -> None:
    nested = "".join(
        f"  - `docker stop web{n}` - stops the container number {n}\n" for n in range(200)
    )
    chunks = chunks_of(f"- Docker\n{nested}")
    assert max(len(chunk.text) for chunk in chunks) <= MAX_LIST_CHARS
    assert chunks[0].text == "- Docker"
    assert sum(chunk.kind is ChunkKind.COMMAND for chunk in chunks) == 200


def test_an_over_long_item_that_goes_on_after_its_list_stays_whole() -> None:
    nested = "".join(f"  - the line number {n} of a long list\n" for n in range(200))
    chunks = chunks_of(f"- Docker\n{nested}\n  and so on\n")
    assert chunks[0].text.endswith("and so on")


def test_a_sentence_with_many_footnotes_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str) -> str:
        read.append(text)
        return embedding_text(text)

    monkeypatch.setattr(footnote_drafts, "embedding_text", reading)
    marks = "".join(f"[^{n}]" for n in range(50))
    notes = "".join(f"[^{n}]: the footnote number {n}\n" for n in range(50))
    chunks = chunks_of(f"Boil it{marks}.\n\n# Notes\n\n{notes}")
    assert read == ["Boil it."]
    assert sum(chunk.context.endswith("Boil it.") for chunk in chunks) == 50


def kinds_of(text: str) -> set[ChunkKind]:
    return {chunk.kind for chunk in chunks_of(text)}


@pytest.mark.parametrize(("chars", "is_one"), [(5_900, True), (6_100, False)])
def test_a_section_under_a_problem_is_its_fix_unless_it_is_very_long(
    chars: int, is_one: bool
) -> None:
    line = "Look at the settings once more.\n\n"
    text = f"## The disk is broken\n\n{line * (chars // (len(line) - 2))}"
    assert (ChunkKind.TROUBLESHOOTING in kinds_of(text)) is is_one


@pytest.mark.parametrize(("chars", "is_taken"), [(1_400, True), (1_600, False)])
def test_a_command_takes_a_second_paragraph_unless_that_makes_it_long(
    chars: int, is_taken: bool
) -> None:
    more = ("It says more. " * 200)[: chars - 12].strip() + "."
    command, *_ = chunks_of(f"```\ndocker ps\n```\n\nList them.\n\n{more}\n")
    assert command.kind is ChunkKind.COMMAND
    assert ("It says more" in command.text) is is_taken


@pytest.mark.parametrize(("line", "is_symptom"), [(5, True), (6, False)])
def test_code_under_a_problem_is_a_symptom_where_its_first_lines_tell_an_error(
    line: int, is_symptom: bool
) -> None:
    output = "\n".join(["All is well so far."] * (line - 1) + ["Error: permission denied"])
    text = f"## Disk\n\nThe problem:\n\n```\n{output}\n```\n\nAsk the owner.\n"
    assert (ChunkKind.TROUBLESHOOTING in kinds_of(text)) is is_symptom


@pytest.mark.parametrize(("chars", "is_question"), [(300, True), (301, False)])
def test_a_short_paragraph_asks_and_a_long_one_tells(chars: int, is_question: bool) -> None:
    asked = ("Where do the " + "very " * 80)[: chars - 7] + " logs?"
    asked = asked.rjust(chars, "W")
    assert len(asked) == chars
    assert (ChunkKind.QUESTION in kinds_of(f"{asked}\n\nIn the log.\n")) is is_question


@pytest.mark.parametrize(("items", "is_apart"), [(500, True), (501, False)])
def test_the_items_of_a_very_long_list_are_no_chunks_of_their_own(
    items: int, is_apart: bool
) -> None:
    text = "".join(f"- The machine {n} is in the room behind the stairs.\n" for n in range(items))
    assert (ChunkKind.LIST_ITEM in kinds_of(text)) is is_apart


def test_the_first_commands_of_an_entry_name_it() -> None:
    names = ("ps", "run", "stop", "logs", "exec")
    code = "\n".join(f"docker {name} x" for name in names)
    command, *_ = chunks_of(f"```\n{code}\n```\n\nAll of them.\n")
    named = [name for name in names if f"docker {name}" in command.context]
    assert named == ["ps", "run", "stop", "logs"]
