"""Whole runs on a toy teacher: what learns, what resumes, what is shipped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ingest.training.__main__ import main
from ingest.training.distillation import Settings, Trainer, start_from
from ingest.training.evaluation import evaluate, make_dev_set, student_encoder
from ingest.training.mixing import mix_weights
from ingest.training.pairs import read_pairs, sampling_weights
from ingest.training.plan import Plan, PlanSettings
from ingest.training.run import export_stage
from ingest.training.student import Student, encode, tokenize
from ingest.training.workspace import Workspace
from kb.errors import KbError

PLAN = PlanSettings(sentences=8, passages=0, phrases=0, max_items=3)
FROZEN = Settings(
    stage="frozen", minutes=5, steps=20, rows_rate=1e-2, warmup_steps=1, checkpoint_s=0.0,
    fast=False,
)  # fmt: skip


def make_trainer(run: Workspace, corpus: Path, settings: Settings) -> tuple[Trainer, Student]:
    student = start_from(run, None)
    pairs = read_pairs(corpus / "pairs.tsv.gz")
    plan = Plan(pairs, sampling_weights(pairs), PLAN)
    return Trainer(run, student, plan, settings, run.folder / settings.stage), student


def test_a_frozen_body_stays_and_the_rows_come_nearer(run: Workspace, corpus: Path) -> None:
    trainer, student = make_trainer(run, corpus, FROZEN)
    body = {name: value.clone() for name, value in student.body.state_dict().items()}
    rows = student.rows.detach().clone()
    pairs = read_pairs(corpus / "dev.tsv")
    encoder = student_encoder(student, run.tokenizer, fast=False)
    dev = make_dev_set(
        pairs, lambda texts: encode(run.teacher, tokenize(run.tokenizer, texts), device=run.device)
    )
    before = evaluate(encoder, dev)
    trainer.train(None)
    after = evaluate(encoder, dev)
    assert trainer.position.step == 20
    assert all(torch.equal(body[name], value) for name, value in student.body.state_dict().items())
    assert not torch.equal(rows, student.rows)
    assert after.russian_near > before.russian_near
    assert after.english_kept == pytest.approx(before.english_kept)


def test_the_full_stage_moves_the_body_but_no_english_row(run: Workspace, corpus: Path) -> None:
    trainer, student = make_trainer(run, corpus, replace(FROZEN, stage="full", body_rate=1e-2))
    table = student.full_table()
    english = student.row_of < 0
    body = [parameter.detach().clone() for parameter in student.body_parameters()]
    trainer.train(None)
    assert torch.equal(table[english], student.full_table()[english])
    moved = zip(body, student.body_parameters(), strict=True)
    assert not any(torch.equal(old, new) for old, new in moved)


def test_a_stopped_run_goes_on_where_it_was(run: Workspace, corpus: Path) -> None:
    first, student = make_trainer(run, corpus, FROZEN)
    first.train(None)
    again, resumed = make_trainer(run, corpus, replace(FROZEN, steps=30))
    again.resume()
    assert again.position == first.position
    assert torch.equal(resumed.rows, student.rows)
    again.train(None)
    assert again.position.step == 30


def test_a_half_written_checkpoint_is_never_seen(run: Workspace, corpus: Path) -> None:
    first, _ = make_trainer(run, corpus, FROZEN)
    first.train(None)
    (run.folder / "frozen" / "checkpoint.part").write_bytes(b"torn")
    kept = list((run.folder / "frozen").glob("teacher-*.npy"))
    assert kept
    for path in kept:
        path.write_bytes(b"torn")
    again, _ = make_trainer(run, corpus, replace(FROZEN, steps=30))
    again.resume()
    again.train(None)
    assert again.position.step == 30


def test_a_run_that_goes_on_with_other_data_asks_the_teacher_again(
    run: Workspace, corpus: Path
) -> None:
    first, _ = make_trainer(run, corpus, replace(FROZEN, steps=1))
    first.train(None)
    pairs = read_pairs(corpus / "pairs.tsv.gz")
    other = replace(pairs, english=[*pairs.english[1:], pairs.english[0]])
    plan = Plan(other, sampling_weights(other), PLAN)
    folder = run.folder / "frozen"
    again = Trainer(run, start_from(run, None), plan, replace(FROZEN, steps=2), folder)
    again.resume()
    again.train(None)
    (kept,) = folder.glob("teacher-*.npy")
    english = [item.english for item in plan.chunk(0)]
    wanted = encode(run.teacher, tokenize(run.tokenizer, english), device=run.device, fast=False)
    np.testing.assert_allclose(np.load(kept), wanted, atol=2e-3)


def test_the_shipped_folder_holds_what_is_needed_and_computes_the_same(
    run: Workspace, corpus: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    trainer, student = make_trainer(run, corpus, FROZEN)
    trainer.train(None)
    target = tmp_path / "shipped"
    target.mkdir()
    (target / "README.md").write_text("the card", encoding="utf-8")
    size = export_stage(run, "frozen", target)
    export_stage(run, "frozen", target)
    files = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert files == {
        "1_Pooling/config.json", "README.md", "config.json", "config_sentence_transformers.json",
        "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer.json",
        "tokenizer_config.json",
    }  # fmt: skip
    assert size == sum((target / name).stat().st_size for name in files)
    assert json.loads((target / "config.json").read_text())["dtype"] == "float32"
    model = SentenceTransformer(str(target), device="cpu")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model.max_seq_length == 256
    texts = ["удалить контейнер", "remove the container", "-p", "слово " * 400]
    ids = tokenize(run.tokenizer, texts)
    ours = encode(student, ids, device=run.device, fast=False)
    np.testing.assert_allclose(model.encode(texts), ours, atol=2e-3)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.25, 1.75), (1.0, 4.0)])
def test_weights_are_mixed_by_their_share(run: Workspace, share: float, expected: float) -> None:
    student, other = start_from(run, None), start_from(run, None)
    for model, value in ((student, 1.0), (other, 4.0)):
        for parameter in model.parameters():
            torch.nn.init.constant_(parameter, value)
    mix_weights(student, other.state_dict(), share)
    assert all(bool((one == expected).all()) for one in student.parameters())


def test_a_share_beyond_the_whole_is_refused(run: Workspace) -> None:
    with pytest.raises(KbError, match=r"1\.5"):
        mix_weights(start_from(run, None), start_from(run, None).state_dict(), 1.5)


def test_a_folder_that_is_no_model_is_not_emptied(run: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "notes"
    target.mkdir()
    (target / "note.md").write_text("mine", encoding="utf-8")
    with pytest.raises(KbError, match="not a model folder"):
        export_stage(run, "initial", target)
    assert (target / "note.md").read_text(encoding="utf-8") == "mine"


def test_every_step_in_one_command(tmp_path: Path, teacher: Path, corpus: Path) -> None:
    run, target = tmp_path / "run", tmp_path / "model"
    status = main([
        "all", "--corpus", str(corpus), "--run", str(run), "--target", str(target),
        "--size", "30", "--steps", "3",
        "--device", "cpu", "--no-phrases",
    ])  # fmt: skip
    assert status == 0
    assert (target / "model.safetensors").is_file()
    scores = (run / "scores.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[1] for line in scores] == ["frozen", "full"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (["train", "--stage", "frozen", "--minutes", "1"], "vocab step"),
        (["vocab"], "--corpus"),
        (["export", "--target", "t"], "--stage full"),
    ],
)
def test_a_step_too_early_says_what_to_do_first(
    step: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*step, "--run", str(tmp_path / "run")]
    if step[0] != "export":
        arguments += ["--corpus", str(tmp_path / "nowhere")]
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
