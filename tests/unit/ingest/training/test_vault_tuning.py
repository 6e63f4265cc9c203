"""A toy embedder learns to find the passages of a vault, by vectors and by tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ingest.models.needs import load_needs
from ingest.models.question_network import load_peaks
from ingest.models.token_vectors import HEAD_FILE, TokenHead
from ingest.training.__main__ import main
from ingest.training.pair_groups import PairGroup
from ingest.training.student import load_student
from ingest.training.tokens import make_head, save_head
from ingest.training.vault_tuning import (
    VaultTuner,
    VaultTuningSettings,
    batch_of,
    late_interaction,
    token_loss,
)
from ingest.training.vocabulary import load_tokenizer
from tests.unit.ingest.training.test_reranking import write_vault
from tests.unit.ingest.training.tiny import write_lessons

GROUPS = [
    PairGroup(question="port ?", right="the port", wrong=("the image", "a network")),
    PairGroup(question="image ?", right="the image", wrong=("the port", "a network")),
    PairGroup(question="how to ?", right=None, wrong=("the port", "remove the container")),
]


@pytest.fixture
def headed(model: Path) -> Path:
    """An exported folder with a token head."""
    texts = ["the port", "remove the container", "the network of a image", "how to", "a"]
    student, tokenizer = load_student(model), load_tokenizer(model / "tokenizer.json")
    save_head(make_head(student, tokenizer, passages=texts, sentences=texts), model)
    return model


def tuner(model: Path, checkpoint: Path, steps: int, staying: float = 0.0) -> VaultTuner:
    head = TokenHead.load(model)
    assert head is not None
    settings = VaultTuningSettings(
        minutes=10.0, steps=steps, questions=4, rate=5e-3, warmup_steps=1, reordered_share=0.0,
        staying_weight=staying, fast=False,
    )  # fmt: skip
    return VaultTuner(
        load_student(model), load_student(model), head, load_tokenizer(model / "tokenizer.json"),
        vaults=GROUPS[:2], lessons=GROUPS, settings=settings, checkpoint=checkpoint,
    )  # fmt: skip


def found_first(one: VaultTuner) -> list[int]:
    """Return the place of the nearest passage of each question that is answered."""
    with torch.no_grad():
        asked, told = (
            one.read(one.student, texts)
            for texts in (["port ?", "image ?"], ["the port", "the image", "a network"])
        )
    return (asked.vectors @ told.vectors.T).argmax(dim=1).tolist()


def test_a_toy_embedder_learns_and_goes_on_where_it_stopped(headed: Path, tmp_path: Path) -> None:
    stage = tuner(headed, tmp_path / "checkpoint.pt", steps=60)
    stage.train()
    assert found_first(stage) == [0, 1]
    # The reranker stands on the embeddings.
    former = load_student(headed)
    ids = torch.arange(len(former.row_of))[None]
    given = former.embed(ids), stage.student.embed(ids)
    before, after = (
        one.body.embeddings(inputs_embeds=own)
        for one, own in zip((former, stage.student), given, strict=True)
    )
    assert torch.equal(before, after)
    again = tuner(headed, tmp_path / "checkpoint.pt", steps=60)
    again.train()
    learnt = stage.student.body.encoder.state_dict()
    for name, one in again.student.body.encoder.state_dict().items():
        assert torch.equal(one, learnt[name]), name


def test_texts_stay_nearer_where_staying_counts(headed: Path, tmp_path: Path) -> None:
    gone = []
    for name, weight in (("free", 0.0), ("kept", 50.0)):
        stage = tuner(headed, tmp_path / f"{name}.pt", steps=30, staying=weight)
        stage.train()
        texts = ["the port", "the image", "how to ?"]
        with torch.no_grad():
            gone.append(float(stage.gone(texts, stage.read(stage.student, texts))))
    free, kept = gone
    assert 0 <= kept < free / 2


def test_a_passage_that_says_the_same_is_no_wrong_one() -> None:
    groups = [
        PairGroup(question="a", right="Notes\nthe port", wrong=("x\nremove", "y\nthe port of")),
        PairGroup(question="b", right=None, wrong=("Notes\nthe port", "z\nnetwork")),
    ]
    batch = batch_of(groups, 2, np.random.default_rng(1))
    assert batch.questions == ["a", "b"]
    assert batch.right == [0, len(batch.passages)]
    assert len(set(batch.passages)) == len(batch.passages) == 4
    same = batch.passages.index("y\nthe port of")
    assert batch.ignored[0].tolist() == [place == same for place in range(4)]
    assert not batch.ignored[1].any()


def test_each_token_is_compared_with_the_nearest_of_a_passage() -> None:
    x, y = torch.eye(2)
    passages = [x[None], torch.stack([-x, y]), torch.zeros(0, 2)]
    scores = late_interaction([torch.stack([x, y])], [torch.tensor([0.75, 0.25])], passages)
    assert scores[0].tolist() == pytest.approx([0.75, 0.25, -1.0])


def test_only_answered_questions_count_token_by_token() -> None:
    scores = torch.tensor([[0.9, 0.1], [0.1, 0.9], [0.9, 0.9]])
    none = torch.zeros(3, 2, dtype=torch.bool)
    good = token_loss(scores, torch.tensor([0, 1, 2]), none)
    assert float(good) < 1e-3
    assert float(token_loss(scores, torch.tensor([1, 0, 2]), none)) > 10
    assert float(token_loss(scores, torch.tensor([2, 2, 2]), none)) == 0
    ignored = torch.tensor([[True, False], [False, True], [False, False]])
    assert float(token_loss(scores, torch.tensor([1, 0, 2]), ignored)) < 1e-3


def test_the_step_writes_a_folder_with_head_needs_and_peaks(
    headed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons = write_lessons(tmp_path / "lessons", [f"note-{n}" for n in range(12)])
    write_vault(lessons / "vaults")
    for name, columns in (("needs/1.txt", 1), ("phrasings/1.tsv", 7)):
        (lessons / name).parent.mkdir()
        row = "\t".join(["remove the container"] * columns)
        (lessons / name).write_text(row + "\n", encoding="utf-8")
    target = tmp_path / "target"
    common = ["--run", str(tmp_path / "run"), "--lessons", str(lessons), "--device", "cpu"]
    rest = ["--target", str(target), "--minutes", "0.02"]
    assert main(["vaults", *common, "--model", str(headed), *rest]) == 0
    assert (target / HEAD_FILE).read_bytes() == (headed / HEAD_FILE).read_bytes()
    assert len(load_needs(target)) == 1
    assert load_peaks(target)
    (headed / HEAD_FILE).unlink()
    assert main(["vaults", *common, "--model", str(headed), *rest]) == 2
    assert HEAD_FILE in capsys.readouterr().err
