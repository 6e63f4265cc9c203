"""The reranker's run: what it learns from, in which order, and how it is measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest.models.pair_reader import without_peaks
from ingest.models.quantization import input_peaks
from ingest.models.reranker import save_reranker, stored_reranker
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.evaluation import Encoder
from ingest.training.known_vectors import known_vectors_of
from ingest.training.mixing import mix_weights, weights_of
from ingest.training.need_lines import read_need_lines
from ingest.training.pair_scorers import Reader
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.reranking import Drawing, RerankingSettings, RerankingTrainer, rate_groups
from ingest.training.reranking_lessons import RerankingLessons, read_reranking_lessons
from ingest.training.sentences import read_sentences
from ingest.training.student import load_student
from ingest.training.vaults import VaultLessons
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import ModelError

_MEAN_RATE: Final = 0.01


def train_reranker(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    corpus: Path | None = None,
    lessons_minutes: float | None,
    minutes: float,
    newest: int = 0,
    kept_share: float = 0.5,
    fast: bool = True,
) -> dict[str, float]:
    """Train the reranker of a model, write it beside, and return its scores on lessons held out.

    Args:
        workspace: The run.
        lessons: Folder of the lessons and of `vaults`.
        model: The exported folder whose embeddings it reads with.
        corpus: File of aligned sentences, which are learnt from too; None for none.
        lessons_minutes: Training time over the lessons alone, which comes first; None to go on from
            the reranker that lies beside the model.
        minutes: Training time over vaults and lessons.
        newest: The vaults from this number on are new; of the others less is asked.
        kept_share: How much of what it goes on from is mixed into its weights at the end, 0-1.
        fast: Compute in bfloat16.
    """
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)
    with known_vectors_of(student, tokenizer, model=model, folder=workspace.folder) as encode:
        found = read_reranking_lessons(lessons, encode, newest=newest)
        others = _others(lessons, corpus, encode, goes_on=lessons_minutes is None)
    # The vectors are made before the first stage: it changes the student's own layers.
    reader = Reader(student, tokenizer)
    before = None
    if lessons_minutes is None:
        load_reranker(reader, model)
        before = weights_of(reader.network)
    for stage in _stages(found, others, lessons_minutes, minutes, fast=fast):
        RerankingTrainer(
            reader,
            lessons=found.learnt,
            vaults=stage.vaults.groups,
            near_misses=stage.vaults.near_misses,
            others=stage.others,
            settings=stage.settings,
            checkpoint=workspace.folder / stage.name / CHECKPOINT_FILE,
        ).train()
    if before is not None:
        mix_weights(reader.network, before, kept_share)
    scores: dict[str, float] = {}
    # Every matrix is met by what is measured: that tells how large its input grows.
    peaks = input_peaks(reader.network, lambda: scores.update(rate_groups(reader, found.measured)))
    save_reranker(reader.network, peaks, model)
    return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What is learnt from beside the lessons, and how."""

    name: str
    vaults: VaultLessons
    others: Drawing | None = None
    settings: RerankingSettings


def _others(
    lessons: Path, corpus: Path | None, encode: Encoder, *, goes_on: bool
) -> Drawing | None:
    """Return what draws from neither lessons nor vaults: needs, or at first the sentences."""
    if goes_on:
        return read_need_lines(lessons, encode).draw
    return read_sentences(corpus, encode).draw if corpus else None


def _stages(
    found: RerankingLessons,
    others: Drawing | None,
    lessons_minutes: float | None,
    minutes: float,
    *,
    fast: bool,
) -> list[_Stage]:
    settings = RerankingSettings(minutes=minutes, fast=fast)
    if lessons_minutes is None:
        settings = replace(
            settings_for_mean(minutes, fast=fast), seed=7, other_share=0.2, head_rate=1e-2
        )
        return [
            _Stage(name="reranked-on", vaults=found.vaults, others=others, settings=settings),
        ]
    none = VaultLessons(groups=[], near_misses=[])
    return [
        _Stage(
            name="reranked-lessons",
            vaults=none,
            settings=replace(settings, minutes=lessons_minutes),
        ),
        _Stage(name="reranked", vaults=found.vaults, others=others, settings=settings),
    ]


def settings_for_mean(minutes: float, *, fast: bool) -> RerankingSettings:
    """Return how a reader is trained of whose weights the running mean is kept."""
    return RerankingSettings(
        minutes=minutes, groups=12, vault_share=0.6, near_miss_share=0.25, warmup_steps=20,
        rate_floor=0.02, fast=fast, mean_rate=_MEAN_RATE,
    )  # fmt: skip


def load_reranker(reader: Reader, model: Path) -> None:
    """Give a reader the network of a model's reranker.

    Args:
        reader: Stands on the model's embeddings.
        model: The exported folder.

    Raises:
        ModelError: There is no reranker beside it, or one on other embeddings.
    """
    tensors = stored_reranker(model)
    if tensors is None:
        raise ModelError(
            f"beside {model} is no reranker for its weights", hint="run the step `rerank` before"
        )
    reader.network.load_state_dict(without_peaks(tensors))
