"""Scores of a student on held-out pairs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.training.bitext import Vectors, mean_cosine, retrieval_score
from ingest.training.checkpoint import Position
from ingest.training.student import Student, encode, tokenize

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class DevSet:
    """Held-out pairs, with the teacher's vectors of their English sides."""

    english: Sequence[str]
    russian: Sequence[str]
    teacher: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How a student does on a `DevSet`; all are shares or cosines, higher is better."""

    ru_en: float
    """Russian sentences that find their translation first."""
    en_ru: float
    english_kept: float
    """Mean cosine of the student's English vectors to the teacher's."""
    russian_near: float
    """Mean cosine of the student's Russian vectors to the teacher's English ones."""


def evaluate(student: Student, tokenizer: Tokenizer, dev: DevSet, *, fast: bool) -> Scores:
    """Measure a student; `fast` computes in bfloat16."""
    device = student.rows.device
    russian = encode(student, tokenize(tokenizer, dev.russian), device=device, fast=fast)
    english = encode(student, tokenize(tokenizer, dev.english), device=device, fast=fast)
    return Scores(
        ru_en=retrieval_score(russian, english).hit_at_1,
        en_ru=retrieval_score(english, russian).hit_at_1,
        english_kept=mean_cosine(english, dev.teacher),
        russian_near=mean_cosine(russian, dev.teacher),
    )


def report_line(scores: Scores, position: Position, *, stage: str) -> str:
    """Return one tab-separated line: time of day, stage, progress, scores."""
    return "\t".join([
        time.strftime("%H:%M:%S"),
        stage,
        f"step={position.step}",
        f"texts={position.texts}",
        f"minutes={position.elapsed_s / 60:.1f}",
        f"ru_en={scores.ru_en:.4f}",
        f"en_ru={scores.en_ru:.4f}",
        f"english_kept={scores.english_kept:.4f}",
        f"russian_near={scores.russian_near:.4f}",
    ])
