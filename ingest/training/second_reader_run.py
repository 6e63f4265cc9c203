"""The second reader's run: what it is made of, its teacher, and how it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.models.own_reader import save_own_reader, stored_own_reader
from ingest.models.pair_network import PairNetwork
from ingest.models.pair_reader import network_of
from ingest.models.quantization import input_peaks
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.e5 import e5_body, e5_path, e5_tokenizer
from ingest.training.e5_file import E5File
from ingest.training.e5_vocabulary import Counted, kept_pieces, texts_of_corpus, texts_of_lessons
from ingest.training.known_vectors import known_vectors_of
from ingest.training.mixing import mix_weights, weights_of
from ingest.training.need_lines import NeedLines, read_need_lines
from ingest.training.own_reader import OwnReader
from ingest.training.pair_scorers import MeanScorer, Reader
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranker_run import load_reranker, settings_for_mean
from ingest.training.reranking import RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.reranking_lessons import RerankingLessons, read_reranking_lessons
from ingest.training.student import load_student
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import ModelError


def train_second_reader(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    corpus: tuple[Path, Path] | None = None,
    minutes: float,
    layers: int | None,
    newest: int = 0,
    kept_share: float = 0.5,
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
        layers: Of multilingual-e5-small, from the lowest; None to go on from the second reader that
            lies beside the model, whose vocabulary stays as it is.
        newest: The vaults from this number on are new; of the others less is asked.
        kept_share: How much of what it goes on from is mixed into its weights at the end, 0-1.
        fast: Compute in bfloat16.

    Raises:
        ModelError: The package of multilingual-e5-small is not installed, or the model has no
            reranker of its own, or no second reader to go on from.
        InvalidInputError: There are not so many layers.
    """
    if layers is None:
        reader = _stored(workspace, model)
    else:
        reader = _begun(workspace, list(_counted(lessons, corpus)), layers)
    before = weights_of(reader.network)
    found, needs, teacher = _taught(workspace, lessons, model, newest)
    RerankingTrainer(
        reader,
        teacher=teacher,
        lessons=found.learnt,
        vaults=found.vaults.groups,
        near_misses=found.vaults.near_misses,
        others=needs.draw,
        settings=_settings(minutes, goes_on=layers is None, fast=fast),
        checkpoint=workspace.folder / f"second-reader-{layers or 'on'}" / CHECKPOINT_FILE,
    ).train()
    if layers is None:
        mix_weights(reader.network, before, kept_share)
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


def _begun(workspace: Workspace, counted: list[Counted], layers: int) -> OwnReader:
    file = E5File.read(e5_path())
    kept = kept_pieces(file, counted)
    body = e5_body(file, kept, layers=layers)
    network = PairNetwork(body.encoder, body.config.hidden_size)
    return OwnReader(network, body.embeddings, e5_tokenizer(file, kept), workspace.device)


def _stored(workspace: Workspace, model: Path) -> OwnReader:
    stored = stored_own_reader(model)
    if stored is None:
        raise ModelError(
            f"beside {model} is no second reader to go on from",
            hint="run the step `second-reader` without `--go-on` before",
        )
    network = network_of(stored.config, stored.tensors)
    return OwnReader(network, stored.embeddings, stored.tokenizer, workspace.device)


def _taught(
    workspace: Workspace, lessons: Path, model: Path, newest: int
) -> tuple[RerankingLessons, NeedLines, Reader]:
    """Return what is learnt from, and the teacher."""
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)
    with known_vectors_of(student, tokenizer, model=model, folder=workspace.folder) as encode:
        found = read_reranking_lessons(lessons, encode, newest=newest)
        needs = read_need_lines(lessons, encode)
    # The vectors are made before: the reranker's layers take the place of the student's own.
    teacher = Reader(student, tokenizer)
    load_reranker(teacher, model)
    return found, needs, teacher


def _settings(minutes: float, *, goes_on: bool, fast: bool) -> RerankingSettings:
    """Return how it is trained: with fewer draws a step, for each takes longer than the reranker's.

    It begins with a network that was made for other texts, so its layers move faster; what has
    learnt already is told nothing by the teacher, and draws otherwise.
    """
    begun = replace(
        settings_for_mean(minutes, fast=fast), other_share=0.3, body_rate=1.2e-4, head_rate=3e-2
    )
    if not goes_on:
        return begun
    return replace(begun, seed=7, teacher_weight=0.0, body_rate=1e-4, head_rate=1e-2)
