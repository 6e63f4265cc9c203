"""The reranker's run: what it learns from, in which order, and how it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.quantization import input_peaks
from ingest.reranker import save_reranker
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.near_misses import NEAR_FILE, NearMisses, read_near_misses
from ingest.training.pair_groups import PairGroup, lesson_groups, vault_groups
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranking import Reader, RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.student import Matrix, encode, load_student, tokenize
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.evaluation.gold import GoldQuestion, load_gold
from kb.evaluation.wordings import CHATS_FILE, read_wordings, reworded
from kb.text.asking import asked_part

_MEASURED: Final = 1500
"""Of the questions held out so many are measured by."""
_CHAT_TIMES: Final = 12
"""So often a question is learnt in the words of a chat: there are few of them."""


def asked_of_vaults(vaults: Path) -> list[GoldQuestion]:
    """Return what is asked of the vaults, and after it the same as it is worded in a chat."""
    questions = load_gold([vaults / "questions.jsonl"])
    chats = read_wordings(vaults / CHATS_FILE)
    parts = {id_: asked_part(text) for id_, text in chats.items()}
    return [*questions, *list(reworded(questions, parts)) * _CHAT_TIMES]


def train_reranker(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    lessons_minutes: float,
    minutes: float,
    fast: bool = True,
) -> dict[str, float]:
    """Train the reranker of a model, write it beside, and return its scores on lessons held out.

    Args:
        workspace: The run.
        lessons: Folder of the lessons and of `vaults`.
        model: The exported folder whose embeddings it reads with.
        lessons_minutes: Training time over the lessons alone, which comes first.
        minutes: Training time over vaults and lessons.
        fast: Compute in bfloat16.
    """
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)

    def encoder(texts: Sequence[str]) -> Matrix:
        return encode(student, tokenize(tokenizer, texts), device=workspace.device)

    found = read_lessons(lessons)
    learnt = list(lesson_groups([one for one in found if not is_held_out(one)], encoder))
    held_out = list(lesson_groups([one for one in found if is_held_out(one)], encoder))
    measured = held_out[:: max(1, len(held_out) // _MEASURED)]
    vaults = lessons / "vaults"
    asked = list(vault_groups(vaults / "notes", asked_of_vaults(vaults), encoder))
    # As it is worded in a chat, a question comes last: its own passage counts.
    passages = {one.id: one.right for one in reversed(asked) if one.id and one.right is not None}
    near_misses = read_near_misses(vaults / NEAR_FILE, passages)
    # The vectors are made before the first stage: it changes the student's own layers.
    reader = Reader(student, tokenizer)
    stages: list[tuple[str, float, list[PairGroup], list[NearMisses]]] = [
        ("reranked-lessons", lessons_minutes, [], []),
        ("reranked", minutes, asked, near_misses),
    ]
    for name, time, groups, near in stages:
        RerankingTrainer(
            reader,
            lessons=learnt,
            vaults=groups,
            near_misses=near,
            settings=RerankingSettings(minutes=time, fast=fast),
            checkpoint=workspace.folder / name / CHECKPOINT_FILE,
        ).train()
    scores: dict[str, float] = {}
    # Every matrix is met by what is measured: that tells how large its input grows.
    peaks = input_peaks(reader.network, lambda: scores.update(rate_groups(reader, measured)))
    save_reranker(reader.network, peaks, model)
    return scores
