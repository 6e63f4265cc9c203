"""The same questions as people type them: in a chat, in haste, with the wrong keyboard layout."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kb.assistant import Assistant
from kb.evaluation.answers import Outcome, ask_all, measure_answers
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import Share
from kb.text.keyboards import as_latin, beside

CHATS_FILE: Final = "chat.jsonl"
"""Where a folder of questions has some of them in the words of a chat."""
_WORD: Final = re.compile(r"(?<![^\s(«\"])[A-Za-zА-Яа-яЁё]{5,}(?![^\s?.,!)»\"])")
_CYRILLIC: Final = re.compile(r"[А-Яа-яЁё]")
_ROMAN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f h c ch sh sch  y  e yu ya".split(" "),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingFigures:
    """How questions are answered that are worded otherwise than the gold ones."""

    wording: str
    as_written: Share
    """Answerable questions answered right, as they are written in the gold file."""
    right: Share
    """The same questions, as they are worded here."""
    falsely_refused: Share
    refused: Share | None
    """Unanswerable questions that are refused; None without any."""


def read_wordings(path: Path) -> dict[str, str]:
    """Return the other wordings of a JSON lines file (`id`, `question`) by the question's id.

    There are none where there is no such file.
    """
    if not path.is_file():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {str(row["id"]): str(row["question"]) for row in rows}


def reworded(
    questions: Sequence[GoldQuestion], wordings: Mapping[str, str]
) -> Iterator[GoldQuestion]:
    """Yield the questions that have another wording, with it."""
    for question in questions:
        if question.id in wordings:
            yield replace(question, question=wordings[question.id])


def mistyped(question: GoldQuestion) -> str | None:
    """Return a question with one typing error in a word of five letters or more, if it has one.

    Which word and which error depends on the question's id alone.
    """
    words = list(_WORD.finditer(question.question))
    if not words:
        return None
    rng = random.Random(zlib.crc32(question.id.encode()))  # noqa: S311
    word = rng.choice(words)
    place = rng.randrange(1, len(word.group()) - 1)
    error = rng.choice((_swapped, _left_out, _doubled, _missed))
    text = question.question
    return text[: word.start()] + error(word.group(), place) + text[word.end() :]


def on_other_layout(question: GoldQuestion) -> str | None:
    """Return a Russian question as it comes out with the English layout on."""
    text = question.question
    return as_latin(text) if _CYRILLIC.search(text) else None


def in_latin_letters(question: GoldQuestion) -> str | None:
    """Return a Russian question in Latin letters."""
    text = question.question
    letters = (_ROMAN.get(letter.lower(), letter) for letter in text)
    return "".join(letters) if _CYRILLIC.search(text) else None


_MADE: Final[Mapping[str, Callable[[GoldQuestion], str | None]]] = {
    "one typing error": mistyped,
    "other layout": on_other_layout,
    "Latin letters": in_latin_letters,
}


def measure_wordings(
    assistant: Assistant, outcomes: Sequence[Outcome], chats: Mapping[str, str]
) -> list[WordingFigures]:
    """Ask the questions again, worded otherwise, and compare.

    Args:
        assistant: Answers them.
        outcomes: Of the questions as they are written; follow-ups are left out.
        chats: Their wordings in a chat, by id.
    """
    written = {one.gold.id: one for one in outcomes if not one.gold.history}
    questions = [one.gold for one in written.values()]
    asked = {"in a chat": dict(chats)}
    for name, worded in _MADE.items():
        texts = ((question.id, worded(question)) for question in questions)
        asked[name] = {id_: text for id_, text in texts if text}
    figures = (
        _compared(name, written, ask_all(assistant, list(reworded(questions, wordings))))
        for name, wordings in asked.items()
    )
    return [one for one in figures if one]


def _compared(
    name: str, written: Mapping[str, Outcome], again: Sequence[Outcome]
) -> WordingFigures | None:
    """Compare what was answered with what is; None where no answerable question has such words."""
    if not again:
        return None
    before = measure_answers([written[one.gold.id] for one in again])
    after = measure_answers(again)
    if before.hit_at_1 is None or after.hit_at_1 is None or after.falsely_refused is None:
        return None
    return WordingFigures(
        wording=name,
        as_written=before.hit_at_1,
        right=after.hit_at_1,
        falsely_refused=after.falsely_refused,
        refused=after.refused,
    )


def _swapped(word: str, place: int) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _left_out(word: str, place: int) -> str:
    return word[:place] + word[place + 1 :]


def _doubled(word: str, place: int) -> str:
    return word[:place] + word[place] + word[place:]


def _missed(word: str, place: int) -> str:
    keys = beside(word[place].lower())
    return word[:place] + (keys[0] if keys else "") + word[place + 1 :]
