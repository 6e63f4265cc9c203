"""The library remembers why there is no index, whatever went wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ingest.report import IndexStatus, SyncReport
from ingest.vault import Vault
from kb.errors import IndexUnavailableError, KbError
from kb.model import NoteId
from kb.ports import Index
from server.error_responses import status_of
from server.library import IndexPart, NotesLibrary
from tests.indexes import memory_index


class Part:
    """An index that is there, and never changes."""

    status = IndexStatus(state="ok")

    def __init__(self, index: Index) -> None:
        self.index = index

    def sync(self, *_: object) -> SyncReport:
        return SyncReport()

    def close(self) -> None: ...


@pytest.mark.parametrize(
    "error",
    [sqlite3.DatabaseError("it broke"), IndexUnavailableError("it broke"), OSError(5, "it broke")],
    ids=lambda error: type(error).__name__,
)
def test_an_index_that_cannot_be_opened_is_told(tmp_path: Path, error: Exception) -> None:
    def fail() -> IndexPart:
        raise error

    library = NotesLibrary(Vault(tmp_path), fail)
    with pytest.raises(type(error)):
        library.sync(lambda _: None, lambda: False)
    assert library.status.state == "degraded"
    assert "it broke" in library.status.message
    with pytest.raises(KbError, match="it broke") as caught:
        library.require_index()
    assert status_of(caught.value) == 503


def test_a_title_is_the_indexed_one_or_that_of_the_file(tmp_path: Path) -> None:
    text = "# About\n\nText.\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    library = NotesLibrary(Vault(tmp_path), lambda: Part(memory_index({"a.md": text})))
    assert library.title(NoteId("a.md")) == "a"
    assert [note.title for note in library.notes()] == ["a"]
    library.open()
    assert library.title(NoteId("a.md")) == "About"
    assert library.title(NoteId("folder/и\u0306.txt.md")) == "й.txt"


def test_a_closed_library_is_not_opened_again(tmp_path: Path) -> None:
    opened: list[int] = []

    def open_index() -> IndexPart:
        opened.append(1)
        return Part(memory_index({}))

    library = NotesLibrary(Vault(tmp_path), open_index)
    library.open()
    library.close()
    with pytest.raises(IndexUnavailableError) as caught:
        library.sync(lambda _: None, lambda: False)
    assert caught.value.hint
    assert opened == [1]


@pytest.mark.parametrize("name", ["index", "status"])
def test_closing_between_two_looks_does_no_harm(tmp_path: Path, name: str) -> None:
    class Closing(NotesLibrary):
        """Is closed as soon as its part was looked at."""

        def __getattribute__(self, attribute: str) -> object:
            value = super().__getattribute__(attribute)
            if attribute == "_part":
                self._part = None
            return value

    library = Closing(Vault(tmp_path), lambda: Part(memory_index({})))
    library._part = Part(memory_index({}))
    assert getattr(library, name) is not None
