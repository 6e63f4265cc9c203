"""The steps of a run, put together from the modules that do the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import cast

from ingest.models.embedding_text import passage_text
from ingest.models.needs import save_needs
from ingest.training.bitext import Vectors
from ingest.training.distillation import (
    CHECKPOINT_FILE,
    Settings,
    Stage,
    Trainer,
    start_from,
)
from ingest.training.evaluation import DevSet, evaluate, make_dev_set
from ingest.training.export import export_student
from ingest.training.lesson_batches import BatchSettings
from ingest.training.lesson_pairs import parallel_chunks
from ingest.training.lesson_scores import hit_at_1
from ingest.training.lesson_tuning import LessonTuner, LessonTuningSettings
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.mixing import mix_weights
from ingest.training.needs import make_needs
from ingest.training.pairs import read_pairs, sampling_weights
from ingest.training.phrases import read_everyday, read_needs, read_phrases, read_phrasings
from ingest.training.plan import Plan, PlanSettings
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.student import Student, encode, load_student, tokenize
from ingest.training.teacher import teacher_folder
from ingest.training.tokens import make_head, save_head
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import InvalidInputError, ModelError

_EVERY_PASSAGE = 4
_EVERY_SENTENCE = 4

ROWS_RATE = {"frozen": 1e-3, "full": 5e-4, "everyday": 4e-4}
ENGLISH_SHARE = {"frozen": 0.0, "full": 0.2}
"""While the body is fixed, English cannot be forgotten: it needs no replay."""
EVERYDAY_PLAN = PlanSettings(seed=4, sentences=1024, passages=128, phrases=4608, english_share=0.25)


def train_stage(
    workspace: Workspace,
    corpus: Path,
    *,
    stage: Stage,
    start: str | None,
    minutes: float,
    steps: int | None = None,
    seed: int,
    passages: bool = True,
    phrases: bool = True,
    evaluate_minutes: float = 10.0,
    fast: bool = True,
) -> None:
    """Train one stage, from its own checkpoint where there is one.

    Args:
        workspace: The run.
        corpus: Folder of the pairs.
        stage: What learns; see `Settings.stage`.
        start: The stage whose checkpoint to start from; `None`: the initial rows.
        minutes: Training time, at most.
        steps: Most steps.
        seed: Fixes the order of the data; another stage wants another one.
        passages: Also learn from joined passages.
        phrases: Also learn from everyday phrases.
        evaluate_minutes: Training time between evaluations; 0: only at the end.
        fast: Compute in bfloat16.
    """
    student = start_from(workspace, _checkpoint(workspace, start) if start else None)
    pairs = read_pairs(corpus / "pairs.tsv.gz")
    plan = Plan(
        pairs,
        sampling_weights(pairs),
        _plan_settings(stage, seed=seed, passages=passages),
        phrases=read_phrases() if phrases else None,
    )
    settings = Settings(
        stage=stage,
        minutes=minutes,
        steps=steps,
        rows_rate=ROWS_RATE[stage],
        evaluate_s=evaluate_minutes * 60 or float("inf"),
        fast=fast,
    )
    _train(workspace, student, plan, settings, corpus)


def _train(
    workspace: Workspace, student: Student, plan: Plan, settings: Settings, corpus: Path
) -> None:
    """Train from the stage's own checkpoint, where there is one, to the end of its time."""
    trainer = Trainer(workspace, student, plan, settings, workspace.folder / settings.stage)
    trainer.resume()
    trainer.train(_dev_set(workspace, corpus / "dev.tsv"))


def _plan_settings(stage: Stage, *, seed: int, passages: bool) -> PlanSettings:
    standard = PlanSettings()
    return PlanSettings(
        seed=seed,
        passages=standard.passages if passages else 0,
        english_share=ENGLISH_SHARE[stage],
    )


def _dev_set(workspace: Workspace, path: Path) -> DevSet | None:
    if not path.is_file():
        return None

    def teacher(texts: Sequence[str]) -> Vectors:
        ids = tokenize(workspace.tokenizer, texts)
        return encode(workspace.teacher, ids, device=workspace.device, fast=False)

    return make_dev_set(read_pairs(path), teacher)


def export_stage(
    workspace: Workspace, stage: str, target: Path, *, frozen_share: float = 0.0
) -> int:
    """Write a stage's last checkpoint as a model folder; return its size in bytes.

    Args:
        workspace: The run.
        stage: A stage, or `initial`: the rows before any training.
        target: The folder to write.
        frozen_share: From 0 to 1, how much of stage `frozen` is mixed into the weights: it keeps
            more of the teacher's English.
    """
    checkpoint = None if stage == "initial" else _checkpoint(workspace, stage)
    student = start_from(workspace, checkpoint)
    if frozen_share:
        frozen = start_from(workspace, _checkpoint(workspace, "frozen"))
        mix_weights(student, frozen.state_dict(), frozen_share)
    tokenizer_json = (workspace.folder / TOKENIZER_FILE).read_text(encoding="utf-8")
    return export_student(student, tokenizer_json, target)


def tune_folder(
    workspace: Workspace,
    pairs: Path,
    lessons: Path,
    *,
    model: Path,
    target: Path,
    epochs: int,
    replay: bool = True,
    fast: bool = True,
) -> dict[str, float]:
    """Learn retrieval from lessons, write the folder, and return its scores on those held out.

    Args:
        workspace: The run.
        pairs: The corpus for the replay.
        lessons: The folder of lessons; those of `is_held_out` are kept for measuring.
        model: The exported folder to start from.
        target: The folder to write.
        epochs: How often each fact is asked for.
        replay: Also distil the teacher again, so that nothing is forgotten.
        fast: Compute in bfloat16.
    """
    found = read_lessons(lessons)
    learnt = [lesson for lesson in found if not is_held_out(lesson)]
    tokenizer_json = (model / TOKENIZER_FILE).read_text(encoding="utf-8")
    tuner = LessonTuner(
        load_student(model).to(workspace.device),
        load_tokenizer(model / TOKENIZER_FILE),
        teacher=workspace.teacher if replay else None,
        pairs=read_pairs(pairs),
        lessons=learnt,
        settings=LessonTuningSettings(batches=BatchSettings(epochs=epochs), fast=fast),
        checkpoint=workspace.folder / "tuned" / CHECKPOINT_FILE,
    )
    tuner.train()
    export_student(tuner.student, tokenizer_json, target)
    return add_token_head(workspace, pairs, lessons, model=target)


def add_token_head(
    workspace: Workspace, pairs: Path, lessons: Path, *, model: Path
) -> dict[str, float]:
    """Write the token head into an exported folder, and return its scores on lessons held out.

    Args:
        workspace: The run.
        pairs: The corpus, for how rare tokens are.
        lessons: The folder of lessons, for the directions that states have.
        model: The exported folder.
    """
    found = read_lessons(lessons)
    corpus = read_pairs(pairs)
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student = load_student(model).to(workspace.device)
    chunks = (
        c for one in found if not is_held_out(one) for own in one.chunks.values() for c in own
    )
    head = make_head(
        student,
        tokenizer,
        passages=[passage_text(chunk) for chunk in chunks][::_EVERY_PASSAGE],
        sentences=chain(corpus.english[::_EVERY_SENTENCE], corpus.russian[::_EVERY_SENTENCE]),
    )
    save_head(head, model)
    return hit_at_1(student, head, tokenizer, [one for one in found if is_held_out(one)])


def add_needs(workspace: Workspace, lessons: Path, *, model: Path) -> int:
    """Write the vectors of what people commonly need into an exported folder; return their number.

    Args:
        workspace: The run.
        lessons: Folder of the lessons, with `phrasings` and `needs`.
        model: The exported folder.
    """
    student = load_student(model).to(workspace.device)
    needs = make_needs(student, load_tokenizer(model / TOKENIZER_FILE), read_needs(lessons))
    save_needs(needs, model)
    return len(needs)


def learn_everyday(
    workspace: Workspace,
    corpus: Path,
    lessons: Path,
    *,
    target: Path,
    minutes: float,
    kept_share: float = 0.0,
    evaluate_minutes: float = 10.0,
    fast: bool = True,
) -> int:
    """Give everyday Russian and other ways to ask the vectors of plain English; write the folder.

    The teacher is the folder that the run goes on from, so what it has learnt of searching is
    kept; the corpus is replayed beside the sentences.

    Args:
        workspace: The run, with the folder it goes on from.
        corpus: Folder of the pairs.
        lessons: Folder of the lessons, with `everyday`, `translated` and `phrasings`; of those
            that are not held out, also the notes.
        target: The folder to write.
        minutes: Training time.
        kept_share: From 0 to 1, how much of the folder it goes on from is mixed into the weights.
        evaluate_minutes: Training time between evaluations; 0: only at the end.
        fast: Compute in bfloat16.

    Returns:
        The size of the weights in bytes.

    Raises:
        InvalidInputError: The workspace has no folder to go on from.
    """
    if workspace.model is None:
        raise InvalidInputError("no model to go on from", hint="give an exported folder")
    pairs = read_pairs(corpus / "pairs.tsv.gz")
    learnt = [lesson for lesson in read_lessons(lessons) if not is_held_out(lesson)]
    phrases = read_everyday(lessons) + read_phrasings(lessons) + parallel_chunks(learnt)
    plan = Plan(pairs, sampling_weights(pairs), EVERYDAY_PLAN, phrases=phrases)
    settings = Settings(
        stage="everyday",
        minutes=minutes,
        rows_rate=ROWS_RATE["everyday"],
        evaluate_s=evaluate_minutes * 60 or float("inf"),
        fast=fast,
    )
    student = load_student(workspace.model).to(workspace.device)
    _train(workspace, student, plan, settings, corpus)
    if kept_share:
        mix_weights(student, load_student(workspace.model).state_dict(), kept_share)
    tokenizer_json = (workspace.model / TOKENIZER_FILE).read_text(encoding="utf-8")
    return export_student(student, tokenizer_json, target)


def _checkpoint(workspace: Workspace, stage: str) -> Path:
    path = workspace.folder / stage / CHECKPOINT_FILE
    if not path.is_file():
        raise ModelError(f"no checkpoint at {path}", hint=f"run: train --stage {stage}")
    return path


def evaluate_folder(model: str, dev: Path) -> dict[str, float]:
    """Score a SentenceTransformer folder (or `teacher`) as it is used: float32, by its own code."""
    from sentence_transformers import SentenceTransformer

    teacher = SentenceTransformer(str(teacher_folder()), device="cpu")
    judged = teacher if model == "teacher" else SentenceTransformer(model, device="cpu")

    def encoder(texts: Sequence[str], of: SentenceTransformer) -> Vectors:
        return cast("Vectors", of.encode(list(texts), normalize_embeddings=True))

    held_out = make_dev_set(read_pairs(dev), lambda texts: encoder(texts, teacher))
    return asdict(evaluate(lambda texts: encoder(texts, judged), held_out))
