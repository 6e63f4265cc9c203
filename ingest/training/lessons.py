"""Notes written to learn searching from: each in both languages, with questions to its lines.

`data/training` holds `en/NAME.md`, `ru/NAME.md` (the same facts) and `questions/NAME.jsonl`. A line
of the latter names, by an anchor, the one line of each note that answers, and asks for it in both
languages; or it asks what the note does not tell (`"kind": "unanswerable"`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.errors import InvalidInputError, NotFoundError
from kb.evaluation.gold import GoldQuestion
from kb.model import AnswerStatus, Chunk, Language, LineRange, NoteId

LANGUAGES: Final[tuple[Language, Language]] = ("en", "ru")
UNANSWERABLE: Final = "unanswerable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a lesson and how people ask for it."""

    id: str
    lines: dict[Language, int]
    """The 1-based line that answers, of each language's note."""
    questions: dict[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A note in both languages with its questions."""

    name: str
    notes: dict[Language, NoteId]
    source: dict[Language, str]
    chunks: dict[Language, tuple[Chunk, ...]]
    facts: tuple[Fact, ...]
    unanswered: dict[Language, tuple[str, ...]]
    """Questions that the note does not answer."""

    def answers(self, fact: Fact, language: Language) -> list[int]:
        """Return the positions of the chunks that hold the fact, the smallest first."""
        line = fact.lines[language]
        chunks = self.chunks[language]
        held = [i for i, c in enumerate(chunks) if c.lines.start <= line <= c.lines.end]
        return sorted(held, key=lambda i: (chunks[i].lines.end - chunks[i].lines.start, -i))


def read_lessons(folder: Path) -> list[Lesson]:
    """Return the lessons of a folder, by name.

    Raises:
        NotFoundError: There are none.
        InvalidInputError: A line of questions does not fit its notes; it is named.
    """
    files = sorted(folder.glob("questions/*.jsonl"))
    if not files:
        raise NotFoundError(f"no lessons in {folder}", hint="give the folder data/training")
    return [_read_lesson(folder, path) for path in files]


def is_held_out(lesson: Lesson) -> bool:
    """Tell whether a lesson is kept for measuring and fitting: one in five, by its name."""
    return zlib.crc32(lesson.name.encode()) % 5 == 0


def _read_lesson(folder: Path, path: Path) -> Lesson:
    notes: dict[Language, NoteId] = {
        language: NoteId(f"{language}/{path.stem}.md") for language in LANGUAGES
    }
    source: dict[Language, str] = {
        language: (folder / note).read_text(encoding="utf-8") for language, note in notes.items()
    }
    facts: list[Fact] = []
    unanswered: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            questions: dict[Language, tuple[str, ...]] = {
                language: tuple(entry[language]) for language in LANGUAGES
            }
            if entry["kind"] == UNANSWERABLE:
                for language in LANGUAGES:
                    unanswered[language].extend(questions[language])
            else:
                facts.append(_fact(entry, source, questions))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(
                f"{path}:{number}: {error}", hint="see data/training/README.md for the fields"
            ) from error
    return Lesson(
        name=path.stem,
        notes=notes,
        source=source,
        chunks={
            language: tuple(chunk_note(parse_note(notes[language], text)))
            for language, text in source.items()
        },
        facts=tuple(facts),
        unanswered={language: tuple(texts) for language, texts in unanswered.items()},
    )


def _fact(
    entry: dict[str, str],
    source: dict[Language, str],
    questions: dict[Language, tuple[str, ...]],
) -> Fact:
    lines = {
        language: _line_of(entry[f"{language}_anchor"], source[language].split("\n"))
        for language in LANGUAGES
    }
    return Fact(id=entry["id"], lines=lines, questions=questions)


def _line_of(anchor: str, lines: Sequence[str]) -> int:
    found = [number for number, line in enumerate(lines, start=1) if anchor in line]
    if len(found) != 1:
        raise ValueError(f"the anchor {anchor!r} is on {len(found)} lines, not on one")
    return found[0]


def write_notes(lessons: Sequence[Lesson], folder: Path) -> None:
    """Write the notes of the lessons as a folder that can be indexed."""
    for lesson in lessons:
        for language, source in lesson.source.items():
            path = folder / lesson.notes[language]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")


def gold_questions(lessons: Sequence[Lesson]) -> list[GoldQuestion]:
    """Return questions of the lessons, each asked of the notes of either language alone.

    Of every fact two in each language; all that the lessons do not answer.
    """
    return [
        question
        for lesson in lessons
        for asked in LANGUAGES
        for told in LANGUAGES
        for question in (*_answered(lesson, asked, told), *_unanswered(lesson, asked, told))
    ]


def _answered(lesson: Lesson, asked: Language, told: Language) -> Iterator[GoldQuestion]:
    for fact in lesson.facts:
        line = fact.lines[told]
        place = (lesson.notes[told], LineRange(start=line, end=line))
        for text in _sample(fact.questions[asked], fact.id):
            yield _gold(fact.id, text, asked, told, relevant=(place,))


def _sample(texts: Sequence[str], name: str) -> list[str]:
    """Return the plain question, which is the first, and one of the others, always the same."""
    others = texts[1:]
    return [texts[0], *others[zlib.crc32(name.encode()) % max(1, len(others)) :][:1]]


def _unanswered(lesson: Lesson, asked: Language, told: Language) -> Iterator[GoldQuestion]:
    for text in lesson.unanswered[asked]:
        yield _gold(lesson.name, text, asked, told, relevant=())


def _gold(
    name: str,
    text: str,
    asked: Language,
    told: Language,
    *,
    relevant: tuple[tuple[NoteId, LineRange], ...],
) -> GoldQuestion:
    return GoldQuestion(
        id=name,
        question=text,
        language=asked,
        note_language=told if relevant else None,
        kind="lesson",
        relevant=relevant,
        command=None,
        status=AnswerStatus.ANSWERED if relevant else AnswerStatus.NOT_FOUND,
        hedged=False,
        history=(),
        split="dev",
        path_prefix=f"{told}/",
    )
