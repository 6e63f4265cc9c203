"""The lessons' chunks beside their translations: notes tell a fact in fewer words than manuals."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.models.embedding_text import passage_text
from ingest.training.lessons import Lesson
from ingest.training.pairs import Pairs

LESSONS_SOURCE = "own-lessons:HT"


def parallel_chunks(lessons: Sequence[Lesson]) -> Pairs:
    """Return the smallest chunk of each fact in both languages, each pair of chunks once."""
    rows = dict.fromkeys(row for lesson in lessons for row in _rows(lesson))
    return Pairs(
        english=[english for english, _ in rows],
        russian=[russian for _, russian in rows],
        source=[LESSONS_SOURCE] * len(rows),
    )


def _rows(lesson: Lesson) -> list[tuple[str, str]]:
    both = [(lesson.answers(fact, "en"), lesson.answers(fact, "ru")) for fact in lesson.facts]
    return [
        (passage_text(lesson.chunks["en"][en[0]]), passage_text(lesson.chunks["ru"][ru[0]]))
        for en, ru in both
        if en and ru
    ]
