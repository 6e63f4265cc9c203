"""What a reranker learns from: questions, each with passages that are near it.

The wrong passages are those that are found first by vectors and words: the ones to be told from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from ingest.models.embedding_text import passage_text
from ingest.training.evaluation import Encoder
from ingest.training.lessons import LANGUAGES, Lesson
from ingest.training.student import Matrix
from kb.answering.telling import told_apart
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import overlaps
from kb.model import Chunk, NoteId
from kb.text.tokens import analyze

NEAR: Final = 5
"""Wrong passages are drawn from so many of the nearest."""
_NEAREST: Final = 10
"""Wrong passages of a question."""
_WORDS_WEIGHT: Final = 0.25
"""What all of a question's words count beside the cosine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairGroup:
    """A question and passages near it."""

    question: str
    right: str | None
    """The passage that answers; None where none does."""
    wrong: tuple[str, ...]
    """Passages that do not answer, the nearest first."""
    id: str = ""
    """The question's, where it has one and its whole passages are meant."""

    def near_wrong(self, count: int, rng: np.random.Generator) -> list[str]:
        """Draw so many of the nearest wrong passages, or all of them where there are fewer."""
        near = self.wrong[:NEAR]
        return [near[place] for place in rng.permutation(len(near))[:count]]


def lesson_groups(lessons: Sequence[Lesson], encode: Encoder) -> Iterator[PairGroup]:
    """Yield every question of the lessons, once beside the passages of each language."""
    for lesson in lessons:
        asked = [
            (text, fact) for fact in lesson.facts for own in fact.questions.values() for text in own
        ]
        open_ones = [text for own in lesson.unanswered.values() for text in own]
        vectors = encode([*(text for text, _ in asked), *open_ones])
        for language in LANGUAGES:
            passages = [passage_text(chunk) for chunk in lesson.chunks[language]]
            order = np.argsort(-(vectors @ encode(passages).T), axis=1)
            for (text, fact), row in zip(asked, order, strict=False):
                if held := lesson.answers(fact, language):
                    yield _group(text, held, passages, row)
            for text, row in zip(open_ones, order[len(asked) :], strict=True):
                yield _group(text, (), passages, row)


def vault_groups(
    notes: Path, questions: Sequence[GoldQuestion], encode: Encoder
) -> Iterator[PairGroup]:
    """Yield every question beside the passages of the vault that it is asked of.

    Where a statement of a paragraph or list answers, it follows beside the others there.

    Args:
        notes: Folder of the vaults.
        questions: Asked of the vault that their `path_prefix` names.
        encode: Makes the vectors.
    """
    for vault in sorted({one.path_prefix for one in questions}):
        chunks = [
            chunk
            for path in sorted((notes / vault).rglob("*.md"))
            for chunk in chunk_note(
                parse_note(
                    NoteId(path.relative_to(notes).as_posix()), path.read_text(encoding="utf-8")
                )
            )
        ]
        asked = [one for one in questions if one.path_prefix == vault]
        passages = [passage_text(chunk) for chunk in chunks]
        texts = [one.question for one in asked]
        nearness = encode(texts) @ encode(passages).T
        nearness = nearness + _WORDS_WEIGHT * shared_words(texts, passages)
        for one, row in zip(asked, np.argsort(-nearness, axis=1), strict=True):
            held = [n for n in row if overlaps((chunks[n].note, chunks[n].lines), one.relevant)]
            if held or not one.relevant:
                yield replace(_group(one.question, held, passages, row), id=one.id)
            yield from _statement_groups(one, [chunks[n] for n in held])


def _statement_groups(asked: GoldQuestion, held: Sequence[Chunk]) -> Iterator[PairGroup]:
    """Yield the one statement that answers beside its neighbours, for each chunk with several."""
    for chunk in held:
        parts = told_apart(chunk)
        right = [part for part in parts if overlaps((part.note, part.lines), asked.relevant)]
        if len(parts) > 1 and len(right) == 1:
            wrong = [passage_text(part) for part in parts if part is not right[0]]
            yield PairGroup(
                question=asked.question,
                right=passage_text(right[0]),
                wrong=tuple(wrong[:_NEAREST]),
            )


def shared_words(questions: Sequence[str], passages: Sequence[str]) -> Matrix:
    """Return the share of each question's words that each passage has, by how rare they are.

    Words that no passage has are left out. Shape (questions, passages), each 0..1.
    """
    held = [set(analyze(passage)) for passage in passages]
    counts = Counter(term for terms in held for term in terms)
    rarity = {term: math.log(1 + len(held) / count) for term, count in counts.items()}
    column = {term: n for n, term in enumerate(rarity)}
    table = np.zeros((len(passages), len(rarity)), dtype=np.float32)
    for row, terms in enumerate(held):
        table[row, [column[term] for term in terms]] = 1.0
    shares = np.zeros((len(questions), len(passages)), dtype=np.float32)
    for row, question in enumerate(questions):
        known = sorted({term for term in analyze(question) if term in column})
        if known:
            weights = np.array([rarity[term] for term in known], dtype=np.float32)
            shares[row] = table[:, [column[term] for term in known]] @ (weights / weights.sum())
    return shares


def _group(
    question: str, held: Sequence[int], passages: Sequence[str], row: Sequence[int]
) -> PairGroup:
    """Return the group of a question; `row` are all passages, the nearest first."""
    wrong = [passages[n] for n in row if n not in held]
    return PairGroup(
        question=question,
        right=passages[held[0]] if held else None,
        wrong=tuple(wrong[:_NEAREST]),
    )
