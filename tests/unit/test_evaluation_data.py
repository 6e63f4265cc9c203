"""The gold questions fit the notes: lines, commands, splits, and how many of each sort."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "evaluation").glob("*.jsonl"))
FIELDS = {
    "id", "question", "language", "note_language", "kind", "note", "relevant",
    "code", "command", "status", "hedged", "history", "split",
}  # fmt: skip
KINDS = {
    "flag", "command", "definition", "place", "value", "troubleshooting", "comparison", "list",
    "yesno", "paraphrase", "hedged", "open_question", "followup", "unanswerable",
}  # fmt: skip
AT_LEAST_A_KIND = {
    "flag": 60, "command": 100, "definition": 30, "place": 15, "value": 60, "troubleshooting": 50,
    "comparison": 20, "list": 15, "yesno": 20, "paraphrase": 60, "hedged": 20, "open_question": 15,
    "followup": 40, "unanswerable": 80,
}  # fmt: skip
# Function words, which a paraphrase may share with the note it asks about.
STOP_WORDS = frozenset("other there which когда чтобы сколько".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Lines of a note, 1-based and inclusive."""

    note: str
    start: int
    end: int

    def text(self) -> str:
        return "\n".join(note_lines(self.note)[self.start - 1 : self.end])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One row of the files, typed."""

    id: str
    file: str
    question: str
    language: str
    note_language: str | None
    kind: str
    note: str | None
    relevant: tuple[Range, ...]
    code: str | None
    command: str | None
    status: str
    hedged: bool
    history: tuple[str, ...]
    split: str

    @property
    def direction(self) -> str:
        return f"{self.language}-{self.note_language or 'none'}"

    @property
    def key(self) -> str:
        """The question with its history, spelled in one way."""
        words = re.findall(r"[\w\-./:<>*]+", " / ".join([*self.history, self.question]).casefold())
        return " ".join(words).replace("ё", "е")


def _gold(file: str, row: dict[str, object]) -> Gold:
    assert set(row) == FIELDS, f"{file}: {row.get('id')}: {set(row) ^ FIELDS}"
    places = row["relevant"]
    history = row["history"]
    assert isinstance(places, list)
    assert isinstance(history, list)
    return Gold(
        id=str(row["id"]),
        file=file,
        question=str(row["question"]),
        language=str(row["language"]),
        note_language=_optional(row["note_language"]),
        kind=str(row["kind"]),
        note=_optional(row["note"]),
        relevant=tuple(
            Range(note=place["note"], start=place["line_start"], end=place["line_end"])
            for place in places
        ),
        code=_optional(row["code"]),
        command=_optional(row["command"]),
        status=str(row["status"]),
        hedged=row["hedged"] is True,
        history=tuple(str(text) for text in history),
        split=str(row["split"]),
    )


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


@cache
def note_lines(note: str) -> list[str]:
    return (DATA / "notes" / note).read_text(encoding="utf-8").split("\n")


@cache
def all_gold() -> tuple[Gold, ...]:
    return tuple(
        _gold(path.stem, json.loads(line))
        for path in FILES
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def fences(note: str) -> list[tuple[int, int]]:
    """The fenced blocks of a note, as 1-based opening and closing lines."""
    found: list[tuple[int, int]] = []
    opening, marks = 0, ""
    for number, line in enumerate(note_lines(note), 1):
        fence = re.match(r"\s*(`{3,})(.*)", line)
        if fence and not opening:
            opening, marks = number, fence[1]
        elif fence and fence[1] == marks and not fence[2].strip():
            found.append((opening, number))
            opening = 0
    assert not opening, f"{note}: the fence of line {opening} is never closed"
    return found


def by_id(gold: Iterable[Gold]) -> list[str]:
    return [f"{row.id}: {row.question}" for row in gold]


def test_files_are_those_described() -> None:
    assert [path.stem for path in FILES] == [
        "en-en", "en-ru", "followups", "ru-en", "ru-ru", "unanswerable",
    ]  # fmt: skip


def test_values_are_known() -> None:
    for row in all_gold():
        assert row.kind in KINDS, row.id
        assert row.split in {"dev", "test"}, row.id
        assert row.status in {"answered", "open_question", "not_found"}, row.id
        assert row.question.strip() == row.question != "", row.id
        assert (row.kind == "followup") == bool(row.history) == (row.file == "followups"), row.id
        assert (row.kind == "unanswerable") == (row.file == "unanswerable"), row.id


def test_no_id_and_no_question_stands_twice() -> None:
    assert [i for i, n in Counter(row.id for row in all_gold()).items() if n > 1] == []
    assert [q for q, n in Counter(row.key for row in all_gold()).items() if n > 1] == []


@pytest.mark.parametrize("row", all_gold(), ids=lambda row: row.id)
def test_ranges_exist_and_end_on_text(row: Gold) -> None:
    for lines in row.relevant:
        source = note_lines(lines.note)
        assert 1 <= lines.start <= lines.end <= len(source)
        assert source[lines.start - 1].strip()
        assert source[lines.end - 1].strip()
        assert lines.end - lines.start < 20, "no answer takes that many lines"
        for opening, closing in fences(lines.note):
            assert not (lines.start <= opening <= lines.end < closing), "the range cuts a fence"
            assert not (opening < lines.start <= closing < lines.end), "the range cuts a fence"


def test_ranges_of_a_question_do_not_overlap() -> None:
    for row in all_gold():
        seen = Counter(
            (lines.note, number)
            for lines in row.relevant
            for number in range(lines.start, lines.end + 1)
        )
        assert max(seen.values(), default=1) == 1, row.id


def test_note_is_the_first_that_answers() -> None:
    for row in all_gold():
        assert row.note == (row.relevant[0].note if row.relevant else None), row.id


def test_status_agrees_with_the_lines() -> None:
    for row in all_gold():
        is_missing = row.status == "not_found"
        assert is_missing == (not row.relevant) == (row.note_language is None), row.id
        assert is_missing or row.kind != "unanswerable", row.id
        assert (row.status == "open_question") == (row.kind == "open_question"), row.id
        assert row.hedged == (row.kind == "hedged"), row.id


def test_open_questions_are_quotes_without_an_answer() -> None:
    for row in all_gold():
        if row.kind != "open_question":
            continue
        (lines,) = row.relevant
        assert lines.text().startswith("> "), row.id
        after = [line for line in note_lines(lines.note)[lines.end :] if line.strip()]
        assert not after or after[0].startswith((">", "#")), row.id


def test_code_stands_in_the_lines_that_answer() -> None:
    lost = [
        row
        for row in all_gold()
        if row.code and not any(_stands_in(lines.text(), row.code) for lines in row.relevant)
    ]
    assert by_id(lost) == []


def _stands_in(text: str, code: str) -> bool:
    """Tell whether the code is there as a whole: `docker image` is not in `docker images`."""
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text) is not None


def test_offered_commands_are_dockers() -> None:
    for row in all_gold():
        is_docker = bool(row.code and re.match(r"docker[ -]", row.code))
        assert row.command == (row.code if is_docker else None), row.id


def test_language_is_that_of_the_letters() -> None:
    for row in all_gold():
        is_russian = re.search("[а-яё]", " ".join([row.question, *row.history]).lower())
        assert row.language == ("ru" if is_russian else "en"), row.id


def test_note_language_is_that_of_the_note() -> None:
    for row in all_gold():
        if row.note is None:
            continue
        letters = re.findall("[a-zа-яё]", "\n".join(note_lines(row.note)).lower())
        cyrillic = sum(letter > "z" for letter in letters) / len(letters)
        assert row.note_language == ("ru" if cyrillic > 0.1 else "en"), row.id
        if row.kind != "followup":
            assert row.file == row.direction, row.id


def test_paraphrases_share_no_content_word_with_the_note() -> None:
    shared = {
        row.id: both
        for row in all_gold()
        if row.kind == "paraphrase" and row.language == row.note_language
        if (both := _stems(row.question) & _stems(row.relevant[0].text()))
    }
    assert shared == {}


def _stems(text: str) -> set[str]:
    """The first five letters of every longer word: a stem that errs towards finding words alike."""
    words = re.findall(r"[^\W\d_]{5,}", text.lower().replace("ё", "е"))
    return {word[:5] for word in words if word not in STOP_WORDS}


def test_there_are_enough_of_each_sort() -> None:
    gold = all_gold()
    answerable = [row for row in gold if row.status != "not_found"]
    directions = Counter(row.direction for row in answerable if row.kind != "followup")
    assert all(directions[d] >= 100 for d in ("ru-ru", "en-en", "en-ru", "ru-en")), directions
    kinds = Counter(row.kind for row in gold)
    assert {k: kinds[k] for k, floor in AT_LEAST_A_KIND.items() if kinds[k] < floor} == {}
    assert len(gold) >= 600
    assert len({row.note for row in answerable}) >= 30
    assert sum(row.command is not None for row in gold) >= 60


def test_both_splits_hold_as_much_of_each_sort() -> None:
    for name in ("kind", "direction", "status"):
        counts = Counter((getattr(row, name), row.split) for row in all_gold())
        for value in {value for value, _ in counts}:
            dev, test = counts[value, "dev"], counts[value, "test"]
            assert abs(dev - test) <= max(3, 0.1 * (dev + test)), (value, dev, test)


def test_no_line_answers_in_both_splits() -> None:
    splits: dict[tuple[str, int], str] = {}
    for row in all_gold():
        for lines in row.relevant:
            for number in range(lines.start, lines.end + 1):
                assert splits.setdefault((lines.note, number), row.split) == row.split, row.id


def test_chats_are_other_words_for_gold_questions() -> None:
    """Each has the id of its question, and some of both splits are there."""
    lines = (DATA / "evaluation" / "reworded" / "chat.jsonl").read_text("utf-8").splitlines()
    chats = [json.loads(line) for line in lines]
    asked = {one.id: one for one in all_gold()}
    assert len({chat["id"] for chat in chats}) == len(chats) >= 300
    for chat in chats:
        assert chat.keys() == {"id", "question"}
        assert chat["question"].strip() != asked[chat["id"]].question
        assert not asked[chat["id"]].history
    assert len({asked[chat["id"]].split for chat in chats}) == 2
