from __future__ import annotations

import pytest

from kb.answering.quotes import Quote, cite, quote_chunk, quoted_lines
from kb.errors import VaultError
from kb.model import LineRange, NoteId
from tests.chunks import make_chunk
from tests.fakes import FakeNotes

SOURCE = "# Head\n\nfirst line\nsecond line\n\nlast"
CHUNK = make_chunk("first line\nsecond line", start=3)


def test_a_quote_is_the_source_of_its_lines() -> None:
    (citation,) = cite([quote_chunk(CHUNK)], FakeNotes({"a.md": SOURCE}))
    assert (citation.n, citation.lines) == (1, LineRange(start=3, end=4))
    assert citation.quote == "first line\nsecond line"


def test_a_part_of_a_chunk_can_be_quoted() -> None:
    quote = Quote(chunk=CHUNK, lines=LineRange(start=4, end=4))
    (citation,) = cite([quote], FakeNotes({"a.md": SOURCE}))
    assert citation.quote == "second line"


def test_a_quote_that_moved_gets_its_new_lines() -> None:
    (citation,) = cite([quote_chunk(CHUNK)], FakeNotes({"a.md": "new\nnew\n" + SOURCE}))
    assert citation.lines == LineRange(start=5, end=6)


@pytest.mark.parametrize(("was_at", "nearer"), [(3, 1), (8, 9)])
def test_of_two_equal_places_the_nearer_is_cited(was_at: int, nearer: int) -> None:
    twice = f"first line\nsecond line\n\n\n\n\n{SOURCE}"
    chunk = make_chunk(CHUNK.text, start=was_at)
    (citation,) = cite([quote_chunk(chunk)], FakeNotes({"a.md": twice}))
    assert citation.lines == LineRange(start=nearer, end=nearer + 1)


def test_a_quote_that_is_gone_is_dropped() -> None:
    assert cite([quote_chunk(CHUNK)], FakeNotes({"a.md": "something else"})) == []
    assert cite([quote_chunk(CHUNK)], FakeNotes({})) == []


def test_numbers_follow_the_quotes_that_are_left() -> None:
    gone = make_chunk("not there", start=1)
    citations = cite([quote_chunk(gone), quote_chunk(CHUNK)], FakeNotes({"a.md": SOURCE}))
    assert [citation.n for citation in citations] == [1]


def test_a_place_is_cited_once() -> None:
    assert len(cite([quote_chunk(CHUNK)] * 2, FakeNotes({"a.md": SOURCE}))) == 1


def test_a_quote_of_a_note_that_is_no_text_any_more_is_dropped() -> None:
    class Binary(FakeNotes):
        def read(self, note: NoteId) -> str:
            raise VaultError(f"{note} is no text.")

    assert cite([quote_chunk(CHUNK)], Binary({})) == []


def test_the_lines_of_a_part_are_known_after_the_note_has_moved() -> None:
    quote = Quote(chunk=CHUNK, lines=LineRange(start=4, end=4))
    (citation,) = cite([quote], FakeNotes({"a.md": "new\n" + SOURCE}))
    assert citation.lines == LineRange(start=5, end=5)
    assert quoted_lines(CHUNK, citation) == quote.lines
