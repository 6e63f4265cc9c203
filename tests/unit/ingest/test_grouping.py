from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunks.chunking import chunk_note
from ingest.chunks.grouping import group_by_content
from ingest.markdown import parse_note
from kb.model import NoteId


@given(st.lists(st.text(max_size=30), max_size=60), st.integers(min_value=1, max_value=80))
def test_groups_are_neighbours_hold_all_and_are_not_too_long(texts: list[str], most: int) -> None:
    groups = group_by_content(texts, most)
    assert [place for group in groups for place in group] == list(range(len(texts)))
    for group in groups:
        assert len(group) == 1 or sum(len(texts[place]) for place in group) <= most


def test_what_fits_is_one_group() -> None:
    assert group_by_content(["aaa", "bbb"], 6) == [range(2)]
    assert group_by_content([], 6) == []


def test_groups_of_equal_texts_are_full() -> None:
    assert [len(group) for group in group_by_content(["aa"] * 25, 20)] == [10, 10, 5]


def test_a_blank_text_begins_a_group() -> None:
    texts = ["aaaa", "aaaa", "aaaa", "", "aaaa", "aaaa"]
    assert group_by_content(texts, 17) == [range(3), range(3, 6)]


_WORDS = "том порт сеть образ слой файл диск демон".split()


def _line(number: int) -> str:
    return f"{number} " + " ".join(random.Random(number).choices(_WORDS, k=8))


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("| n | words |\n|---|---|\n", "| {} |\n", ""),
        ("", "* {}\n", ""),
        ("", "{}\n", ""),
        ("```\n", "{}\n", "```\n"),
    ],
    ids=["table", "list", "paragraph", "fence"],
)
def test_a_line_put_in_at_the_top_changes_a_chunk_or_two(
    before: str, line: str, after: str
) -> None:
    def chunks_of(numbers: list[int]) -> set[str]:
        text = before + "".join(line.format(_line(number)) for number in numbers) + after
        return {chunk.id for chunk in chunk_note(parse_note(NoteId("a.md"), text))}

    numbers = list(range(5000))
    old = chunks_of(numbers)
    assert len(old) > 5
    for place in (3, 700):
        new = chunks_of([*numbers[:place], 9999, *numbers[place:]])
        assert len(new - old) <= 3
