"""Scores of a student on held-out pairs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.training.bitext import Vectors, mean_cosine, neighbours_kept, retrieval_score
from ingest.training.checkpoint import Position
from ingest.training.pairs import Pairs

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ingest.training.student import Student

Encoder = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, shape (texts, dimensions)."""
_PASSAGE_PAIRS = 4
_PASSAGE_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Held-out texts in both languages, with the teacher's vectors of the English ones."""

    english: Sequence[str]
    russian: Sequence[str]
    teacher: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class DevSet:
    """Held-out sentences, and passages joined of them."""

    sentences: HeldOut
    passages: HeldOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How a model does on a `DevSet`; all are shares or cosines, higher is better."""

    ru_en: float
    """Russian sentences that find their translation first."""
    en_ru: float
    english_kept: float
    """Mean cosine of the English vectors to the teacher's."""
    english_neighbours: float
    """Share of the teacher's ten nearest English sentences that stay the ten nearest."""
    russian_near: float
    """Mean cosine of the Russian vectors to the teacher's English ones."""
    ru_ru_neighbours: float
    """As `english_neighbours`, among Russian sentences: does Russian search as English does?"""
    ru_en_neighbours: float
    """As `english_neighbours`, of a Russian sentence among English ones."""
    passages_near: float
    """As `russian_near`, for passages."""
    passages_ru_ru_neighbours: float
    """As `ru_ru_neighbours`: Russian sentences as queries, Russian passages as candidates."""


def make_dev_set(pairs: Pairs, teacher: Encoder) -> DevSet:
    """Join passages from held-out pairs and let the teacher read the English sides."""
    passages = list(_join(pairs))
    english = [one for one, _ in passages]
    return DevSet(
        sentences=HeldOut(
            english=pairs.english, russian=pairs.russian, teacher=teacher(pairs.english)
        ),
        passages=HeldOut(
            english=english, russian=[one for _, one in passages], teacher=teacher(english)
        ),
    )


def _join(pairs: Pairs) -> Iterator[tuple[str, str]]:
    """Yield passages of up to four sentences of one source, none in two passages."""
    order = sorted(range(len(pairs)), key=lambda i: (pairs.source[i], i))
    for _, members in groupby(order, key=lambda i: pairs.source[i]):
        group: list[int] = []
        words = 0
        for i in members:
            length = pairs.english[i].count(" ") + 1
            if group and (len(group) == _PASSAGE_PAIRS or words + length > _PASSAGE_WORDS):
                yield _text(pairs, group)
                group, words = [], 0
            group.append(i)
            words += length
        yield _text(pairs, group)


def _text(pairs: Pairs, group: Sequence[int]) -> tuple[str, str]:
    english = " ".join(pairs.english[i] for i in group)
    return english, " ".join(pairs.russian[i] for i in group)


def evaluate(encoder: Encoder, dev: DevSet) -> Scores:
    """Measure a model."""
    sentences, passages = dev.sentences, dev.passages
    russian = encoder(sentences.russian)
    english = encoder(sentences.english)
    russian_passages = encoder(passages.russian)
    taught = sentences.teacher
    return Scores(
        ru_en=retrieval_score(russian, english).hit_at_1,
        en_ru=retrieval_score(english, russian).hit_at_1,
        english_kept=mean_cosine(english, taught),
        english_neighbours=neighbours_kept(english, english, taught, taught),
        russian_near=mean_cosine(russian, taught),
        ru_ru_neighbours=neighbours_kept(russian, russian, taught, taught),
        ru_en_neighbours=neighbours_kept(russian, english, taught, taught),
        passages_near=mean_cosine(russian_passages, passages.teacher),
        passages_ru_ru_neighbours=neighbours_kept(
            russian, russian_passages, taught, passages.teacher
        ),
    )


def student_encoder(student: Student, tokenizer: Tokenizer, *, fast: bool) -> Encoder:
    """Return the student as an encoder of texts; `fast` computes in bfloat16."""
    from ingest.training.student import encode, tokenize

    device = student.rows.device
    return lambda texts: encode(student, tokenize(tokenizer, texts), device=device, fast=fast)


def report_line(scores: Scores, position: Position, *, stage: str) -> str:
    """Return one tab-separated line: time of day, stage, progress, scores."""
    return "\t".join(
        [
            time.strftime("%H:%M:%S"),
            stage,
            f"step={position.step}",
            f"texts={position.texts}",
            f"minutes={position.elapsed_s / 60:.1f}",
            *(f"{name}={value:.4f}" for name, value in asdict(scores).items()),
        ]
    )
