"""Questions that a passage answers beside such as it nearly answers: `near.jsonl`.

Passages near a question teach which of them to choose; these teach what a passage tells at all:
that "how do I rename a container" finds nothing beside the command that removes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.models.embedding_text import passage_text
from ingest.training.lessons import LANGUAGES, Lesson

NEAR_FILE: Final = "near.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMisses:
    """A passage and what is asked of it."""

    passage: str
    answered: tuple[str, ...]
    """Questions that it answers, at least one."""
    missed: tuple[str, ...]
    """Questions next to those that it does not answer, at least one."""


def read_near_misses(path: Path, passages: Mapping[str, str]) -> list[NearMisses]:
    """Read a JSON lines file (`id`, `answered`, `missed`); there are none without such a file.

    Args:
        path: The file.
        passages: The passage that answers a question, by the question's id; what the file has of
            other questions is left out.
    """
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        NearMisses(
            passage=passages[row["id"]],
            answered=tuple(row["answered"]),
            missed=tuple(row["missed"]),
        )
        for row in rows
        if row["id"] in passages
    ]


def near_misses_of_lessons(folder: Path, lessons: Sequence[Lesson]) -> list[NearMisses]:
    """Read what a folder has beside the passages of its lessons' facts.

    Args:
        folder: Of the lessons; a row's `id` is the fact's and the language (`dns-07/ru`).
        lessons: What the file has of others is left out.
    """
    passages = {
        f"{fact.id}/{language}": passage_text(lesson.chunks[language][held[0]])
        for lesson in lessons
        for fact in lesson.facts
        for language in LANGUAGES
        if (held := lesson.answers(fact, language))
    }
    return read_near_misses(folder / NEAR_FILE, passages)
