"""The run of the embedder's last stage, over vaults."""

from __future__ import annotations

from pathlib import Path

from ingest.models.token_vectors import HEAD_FILE, TokenHead
from ingest.training.distillation import CHECKPOINT_FILE
from ingest.training.export import export_student
from ingest.training.known_vectors import known_vectors_of
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.pair_groups import PairGroup, lesson_groups
from ingest.training.prepare import TOKENIZER_FILE
from ingest.training.question_peaks import add_question_peaks
from ingest.training.run import add_needs
from ingest.training.student import load_student
from ingest.training.tokens import save_head
from ingest.training.vault_tuning import VaultTuner, VaultTuningSettings
from ingest.training.vaults import read_vaults
from ingest.training.vocabulary import load_tokenizer
from ingest.training.workspace import Workspace
from kb.errors import ModelError


def tune_on_vaults(
    workspace: Workspace,
    lessons: Path,
    *,
    model: Path,
    target: Path,
    minutes: float,
    newest: int = 0,
    fast: bool = True,
) -> int:
    """Learn to find the passages of vaults, write the folder with all that goes with its weights.

    Args:
        workspace: The run.
        lessons: Folder of the lessons and of `vaults`.
        model: The exported folder to start from; it has a token head.
        target: The folder to write; may be the same.
        minutes: Training time.
        newest: The vaults from this number on are new; of the others less is asked.
        fast: Compute in bfloat16.

    Returns:
        The size of the weights in bytes.

    Raises:
        ModelError: The folder has no token head.
    """
    head = TokenHead.load(model)
    if head is None:
        raise ModelError(f"no {HEAD_FILE} in {model}", hint="run the step `tokens` before")
    tokenizer_json = (model / TOKENIZER_FILE).read_text(encoding="utf-8")
    tokenizer = load_tokenizer(model / TOKENIZER_FILE)
    student, former = (load_student(model).to(workspace.device) for _ in range(2))
    learnt = [one for one in read_lessons(lessons) if not is_held_out(one)]
    with known_vectors_of(former, tokenizer, model=model, folder=workspace.folder) as encode:
        found = read_vaults(lessons, encode, newest=newest)
        groups = list(lesson_groups(learnt, encode))
    answered = [
        PairGroup(question=question, right=one.passage, wrong=())
        for one in found.near_misses
        for question in one.answered
    ]
    VaultTuner(
        student,
        former,
        head,
        tokenizer,
        vaults=[*found.groups, *answered],
        lessons=groups,
        settings=VaultTuningSettings(minutes=minutes, fast=fast),
        checkpoint=workspace.folder / "vaults" / CHECKPOINT_FILE,
    ).train()
    size = export_student(student, tokenizer_json, target)
    save_head(head, target)
    add_needs(workspace, lessons, model=target)
    add_question_peaks(learnt, model=target)
    return size
