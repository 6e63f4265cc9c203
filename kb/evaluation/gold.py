"""Gold questions: what was asked, and the lines that answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from kb.errors import InvalidInputError
from kb.model import AnswerStatus, Filters, Language, LineRange, NoteId, Query

Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """One question with its exact answer."""

    id: str
    question: str
    language: Language
    note_language: Language | None
    """Language of the note that answers; None for a question that no note answers."""
    kind: str
    relevant: tuple[tuple[NoteId, LineRange], ...]
    command: str | None
    """The command that should be offered first."""
    status: AnswerStatus
    hedged: bool
    history: tuple[str, ...]
    """The questions asked before, oldest first."""
    split: Split
    path_prefix: str = ""
    """Notes that are asked; empty for all."""

    @property
    def query(self) -> Query:
        """The question as it is typed."""
        return self.query_for(self.question)

    def query_for(self, text: str) -> Query:
        """Return another text, the resolved follow-up, as a query of this question's notes."""
        filters = Filters(path_prefix=self.path_prefix)
        return Query(text=text, language=self.language, filters=filters)

    @property
    def direction(self) -> str:
        """Language of the question, then of the note: `ru-en`."""
        return f"{self.language}-{self.note_language}" if self.note_language else "none"


def load_gold(paths: Iterable[Path], *, split: Split | None = None) -> list[GoldQuestion]:
    """Return the questions of the files, one JSON object a line.

    Raises:
        InvalidInputError: A line is not a gold question; says which.
    """
    questions = [question for path in paths for question in _load_file(path)]
    return [question for question in questions if split in {None, question.split}]


def _load_file(path: Path) -> list[GoldQuestion]:
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            questions.append(_parse(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(
                f"{path.name}, line {number}: no gold question ({error!r}).",
                hint="data/evaluation/README.md tells the fields.",
            ) from error
    return questions


def _parse(row: Mapping[str, object]) -> GoldQuestion:
    relevant = cast("list[Mapping[str, object]]", row.get("relevant") or [])
    return GoldQuestion(
        id=str(row["id"]),
        question=str(row["question"]),
        language=cast("Language", row["language"]),
        note_language=cast("Language | None", row.get("note_language")),
        kind=str(row["kind"]),
        relevant=tuple((NoteId(str(place["note"])), _lines(place)) for place in relevant),
        command=str(row["command"]) if row.get("command") else None,
        status=AnswerStatus(str(row["status"])),
        hedged=bool(row.get("hedged")),
        history=tuple(str(text) for text in cast("list[object]", row.get("history") or [])),
        split=cast("Split", row["split"]),
        path_prefix=str(row.get("path_prefix") or ""),
    )


def _lines(place: Mapping[str, object]) -> LineRange:
    return LineRange(start=int(str(place["line_start"])), end=int(str(place["line_end"])))
