"""The reranker's run: what it learns from, in which order, and how it is measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from ingest.models.quantization import input_peaks
from ingest.models.reranker import save_reranker
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.evaluation import student_encoder
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.near_misses import near_misses_of_lessons
from ingest.training.pair_groups import lesson_groups
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranking import Reader, RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.sentences import read_sentences
from ingest.training.student import load_student
from ingest.training.vaults import VaultLessons, read_vaults
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace

_MEASURED: Final = 1500
"""Of the questions held out so many are measured by."""


def train_reranker(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    corpus: Path | None = None,
    lessons_minutes: float,
    minutes: float,
    fast: bool = True,
) -> dict[str, float]:
    """Train the reranker of a model, write it beside, and return its scores on lessons held out.

    Args:
        workspace: The run.
        lessons: Folder of the lessons and of `vaults`.
        model: The exported folder whose embeddings it reads with.
        corpus: File of aligned sentences, which are learnt from too; None for none.
        lessons_minutes: Training time over the lessons alone, which comes first.
        minutes: Training time over vaults and lessons.
        fast: Compute in bfloat16.
    """
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)
    encoder = student_encoder(student, tokenizer, fast=True)
    found = read_lessons(lessons)
    taught = [one for one in found if not is_held_out(one)]
    learnt = list(lesson_groups(taught, encoder))
    held_out = list(lesson_groups([one for one in found if is_held_out(one)], encoder))
    measured = held_out[:: max(1, len(held_out) // _MEASURED)]
    vaults = read_vaults(lessons, encoder)
    near_misses = [*vaults.near_misses, *near_misses_of_lessons(lessons, taught)]
    sentences = read_sentences(corpus, encoder) if corpus else None
    # The vectors are made before the first stage: it changes the student's own layers.
    reader = Reader(student, tokenizer)
    stages = [
        ("reranked-lessons", lessons_minutes, VaultLessons(groups=[], near_misses=[])),
        ("reranked", minutes, replace(vaults, near_misses=near_misses)),
    ]
    for name, time, also in stages:
        RerankingTrainer(
            reader,
            lessons=learnt,
            vaults=also.groups,
            near_misses=also.near_misses,
            sentences=sentences.draw if sentences and also.groups else None,
            settings=RerankingSettings(minutes=time, fast=fast),
            checkpoint=workspace.folder / name / CHECKPOINT_FILE,
        ).train()
    scores: dict[str, float] = {}
    # Every matrix is met by what is measured: that tells how large its input grows.
    peaks = input_peaks(reader.network, lambda: scores.update(rate_groups(reader, measured)))
    save_reranker(reader.network, peaks, model)
    return scores
