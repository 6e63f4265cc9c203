"""The reranker's run: what it learns from, in which order, and how it is measured."""

from __future__ import annotations

from pathlib import Path

from ingest.models.pair_reader import without_peaks
from ingest.models.quantization import input_peaks
from ingest.models.reranker import save_reranker, stored_reranker
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.evaluation import student_encoder
from ingest.training.pair_scorers import Reader
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranking import RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.reranking_lessons import read_reranking_lessons
from ingest.training.sentences import read_sentences
from ingest.training.student import load_student
from ingest.training.vaults import VaultLessons
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import ModelError


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
    found = read_reranking_lessons(lessons, encoder)
    sentences = read_sentences(corpus, encoder) if corpus else None
    # The vectors are made before the first stage: it changes the student's own layers.
    reader = Reader(student, tokenizer)
    stages = [
        ("reranked-lessons", lessons_minutes, VaultLessons(groups=[], near_misses=[])),
        ("reranked", minutes, found.vaults),
    ]
    for name, time, also in stages:
        RerankingTrainer(
            reader,
            lessons=found.learnt,
            vaults=also.groups,
            near_misses=also.near_misses,
            others=sentences.draw if sentences and also.groups else None,
            settings=RerankingSettings(minutes=time, fast=fast),
            checkpoint=workspace.folder / name / CHECKPOINT_FILE,
        ).train()
    scores: dict[str, float] = {}
    # Every matrix is met by what is measured: that tells how large its input grows.
    peaks = input_peaks(reader.network, lambda: scores.update(rate_groups(reader, found.measured)))
    save_reranker(reader.network, peaks, model)
    return scores


def load_reranker(reader: Reader, model: Path) -> None:
    """Give a reader the network of a model's reranker.

    Args:
        reader: Stands on the model's embeddings.
        model: The exported folder.

    Raises:
        ModelError: There is no reranker beside it, or one of other weights.
    """
    tensors = stored_reranker(model)
    if tensors is None:
        raise ModelError(
            f"beside {model} is no reranker for its weights", hint="run the step `rerank` before"
        )
    reader.network.load_state_dict(without_peaks(tensors))
