from __future__ import annotations

import pytest

from ingest.front_matter import FrontMatter, read_front_matter
from ingest.markdown import parse_note
from kb.model import NoteId


def read(*fields: str) -> FrontMatter:
    return read_front_matter(["---", *fields, "---", "text"])


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("1.10", "1.10"),
        ("010", "010"),
        ("No", "No"),
        ("2024-05-01", "2024-05-01"),
        ("null", ""),
        ("~", ""),
        ("", ""),
        ("[a, b]", ""),
        (r'"a\ud83db"', "a?b"),
        ("!!python/name:os.system x", "x"),
    ],
)
def test_a_title_is_what_is_written(written: str, title: str) -> None:
    assert read(f"title: {written}").title == title


def test_values_are_no_programs() -> None:
    assert read("a: !!python/object/apply:os.abort []", "title: b").title == "b"


def test_a_date_that_is_none_costs_no_title() -> None:
    found = read("title: a", "date: 2024-13-45", "tags: [yes, 7]")
    assert (found.title, found.date, found.tags) == ("a", "2024-13-45", ("yes", "7"))
    assert not found.problem


def test_broken_yaml_is_said_with_its_line() -> None:
    (warning,) = parse_note(NoteId("a.md"), "---\ntags: [a]\ntitle: b: c\n---\ntext\n").warnings
    assert (warning.line, warning.code) == (3, "bad_front_matter")


def test_aliases_within_aliases_take_no_time() -> None:
    nested = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert read("a0: &a0 x", *nested, "title: b", "tags: *a29").title == "b"
