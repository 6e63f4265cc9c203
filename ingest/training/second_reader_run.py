"""The second reader's run: what it is made of, its teacher, and how it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.models.own_reader import save_own_reader
from ingest.models.quantization import input_peaks
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.e5 import e5_body, e5_path, e5_tokenizer
from ingest.training.e5_file import E5File
from ingest.training.e5_vocabulary import Counted, kept_pieces, texts_of_corpus, texts_of_lessons
from ingest.training.evaluation import student_encoder
from ingest.training.own_reader import OwnReader
from ingest.training.pair_scorers import MeanScorer, Reader
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranker_run import load_reranker
from ingest.training.reranking import RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.reranking_lessons import RerankingLessons, read_reranking_lessons
from ingest.training.student import load_student
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace

_MEAN_RATE: Final = 0.01


def train_second_reader(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    corpus: tuple[Path, Path] | None = None,
    minutes: float,
    layers: int,
    fast: bool = True,
) -> dict[str, float]:
    """Train a second reader, write it beside the model, and return scores on lessons held out.

    The scores are the reader's own, and those of its mean with the reranker, ` of both`.

    Args:
        workspace: The run.
        lessons: Folder of the lessons and of `vaults`.
        model: The exported folder whose reranker is the teacher.
        corpus: File of aligned sentences, and one of more lines in Russian: their pieces are in the
            vocabulary too; None for none.
        minutes: Training time.
        layers: Of multilingual-e5-small, from the lowest.
        fast: Compute in bfloat16.

    Raises:
        ModelError: The package of multilingual-e5-small is not installed, or the model has no
            reranker of its own.
        InvalidInputError: There are not so many layers.
    """
    reader = _reader(workspace, list(_counted(lessons, corpus)), layers)
    found, teacher = _taught(workspace, lessons, model)
    RerankingTrainer(
        reader,
        teacher=teacher,
        lessons=found.learnt,
        vaults=found.vaults.groups,
        near_misses=found.vaults.near_misses,
        settings=_settings(minutes, fast=fast),
        checkpoint=workspace.folder / f"second-reader-{layers}" / CHECKPOINT_FILE,
    ).train()
    scores: dict[str, float] = {}
    # Every matrix is met by what is measured: that tells how large its input grows.
    peaks = input_peaks(reader.network, lambda: scores.update(rate_groups(reader, found.measured)))
    save_own_reader(reader.network, reader.embeddings, reader.tokenizer, peaks, model)
    both = rate_groups(MeanScorer([reader, teacher]), found.measured)
    return scores | {f"{name} of both": score for name, score in both.items()}


def _counted(lessons: Path, corpus: tuple[Path, Path] | None) -> Iterator[Counted]:
    yield texts_of_lessons(lessons)
    if corpus is not None:
        yield texts_of_corpus(*corpus)


def _reader(workspace: Workspace, counted: list[Counted], layers: int) -> OwnReader:
    file = E5File.read(e5_path())
    kept = kept_pieces(file, counted)
    body = e5_body(file, kept, layers=layers)
    return OwnReader(body, e5_tokenizer(file, kept), workspace.device)


def _taught(workspace: Workspace, lessons: Path, model: Path) -> tuple[RerankingLessons, Reader]:
    """Return what is learnt from, and the teacher."""
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)
    found = read_reranking_lessons(lessons, student_encoder(student, tokenizer, fast=True))
    # The vectors are made before: the reranker's layers take the place of the student's own.
    teacher = Reader(student, tokenizer)
    load_reranker(teacher, model)
    return found, teacher


def _settings(minutes: float, *, fast: bool) -> RerankingSettings:
    """Return how it is trained: with fewer draws a step, for each takes longer than the reranker's.

    It starts from a network that was made for other texts, so its layers move faster.
    """
    return RerankingSettings(
        minutes=minutes,
        groups=12,
        vault_share=0.6,
        near_miss_share=0.25,
        body_rate=1.2e-4,
        head_rate=3e-2,
        warmup_steps=20,
        rate_floor=0.02,
        fast=fast,
        mean_rate=_MEAN_RATE,
    )
