"""How well a network finds the lines of lessons that it has not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ingest.models.embedding_text import passage_text
from ingest.models.token_vectors import TokenHead
from ingest.training.lessons import LANGUAGES, Lesson
from ingest.training.student import Matrix, Student, pad, pool, tokenize
from kb.model import Language

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_NEAREST = 40
"""Passages that token vectors put in order, the nearest by the texts' vectors."""
_GROUP = 64
_QUESTIONS = 3
"""So many of each fact are asked: the plain one and two others."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a network makes of texts."""

    vectors: Matrix
    """Shape (texts, dimensions)."""
    tokens: list[Matrix]
    """Of each text, shape (tokens, token dimension)."""


def hit_at_1(
    student: Student, head: TokenHead, tokenizer: Tokenizer, lessons: Sequence[Lesson]
) -> dict[str, float]:
    """Return the share of questions whose best chunk holds the answer, for each direction.

    `ru-en` is a Russian question among the English chunks of all the lessons, by the texts'
    vectors; `ru-en tokens` by those of their tokens, among the nearest forty.
    """
    figures: dict[str, float] = {}
    for language in LANGUAGES:
        chunks = [passage_text(c) for lesson in lessons for c in lesson.chunks[language]]
        passages = _read(student, tokenizer, chunks, lambda states, _: head.of_document(states))
        for asked in LANGUAGES:
            texts, right = _questions_of(lessons, asked, language)
            questions = _read(
                student,
                tokenizer,
                texts,
                lambda states, ids: head.of_question(states, np.array(ids)),
            )
            nearest = np.argsort(-(questions.vectors @ passages.vectors.T), axis=1)[:, :_NEAREST]
            best = [_best(questions, i, passages, row) for i, row in enumerate(nearest)]
            figures[f"{asked}-{language}"] = _share(nearest[:, 0].tolist(), right)
            figures[f"{asked}-{language} tokens"] = _share(best, right)
    return figures


def _share(found: Sequence[int], right: Sequence[set[int]]) -> float:
    return float(np.mean([place in places for place, places in zip(found, right, strict=True)]))


def _best(questions: _Texts, number: int, passages: _Texts, among: Matrix) -> int:
    asked = questions.tokens[number]
    scores = [float((asked @ passages.tokens[place].T).max(axis=1).sum()) for place in among]
    return int(among[int(np.argmax(scores))])


@torch.no_grad()
def _read(
    student: Student,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    of_text: Callable[[Matrix, list[int]], Matrix],
) -> _Texts:
    """Put texts through the network; `of_text` makes token vectors of states and ids."""
    device = student.rows.device
    ids = tokenize(tokenizer, texts)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors: list[Matrix] = []
    tokens: dict[int, Matrix] = {}
    for start in range(0, len(order), _GROUP):
        chosen = order[start : start + _GROUP]
        padded, mask = pad([ids[i] for i in chosen], device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            states = student.states(padded, mask).float()
        vectors.append(pool(states, mask).cpu().numpy())
        for own, position in zip(states.cpu().numpy(), chosen, strict=True):
            tokens[position] = of_text(own[: len(ids[position])], ids[position])
    in_order = np.concatenate(vectors)[np.argsort(order)]
    return _Texts(in_order, [tokens[i] for i in range(len(texts))])


def _questions_of(
    lessons: Sequence[Lesson], asked: Language, language: Language
) -> tuple[list[str], list[set[int]]]:
    questions: list[str] = []
    right: list[set[int]] = []
    start = 0
    for lesson in lessons:
        for fact in lesson.facts:
            places = {start + i for i in lesson.answers(fact, language)}
            texts = fact.questions[asked][:_QUESTIONS]
            questions.extend(texts)
            right.extend([places] * len(texts))
        start += len(lesson.chunks[language])
    return questions, right
