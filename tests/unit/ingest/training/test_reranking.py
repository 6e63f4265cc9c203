"""What a reranker learns from is what it should be, and a toy one learns to rate it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ingest.models.model_files import reranker_folder
from ingest.models.reranker import RERANKER_FILE, save_reranker
from ingest.training.__main__ import main
from ingest.training.lessons import is_held_out, read_lessons
from ingest.training.near_misses import (
    NearMisses,
    near_misses_of_lessons,
    read_near_misses,
)
from ingest.training.pair_groups import PairGroup, lesson_groups, shared_words, vault_groups
from ingest.training.pair_scorers import Reader
from ingest.training.reranker_run import load_reranker
from ingest.training.reranking import (
    RerankingSettings,
    RerankingTrainer,
    beside_near_misses,
    beside_passages,
    dropping_out,
    group_loss,
    rate_groups,
)
from ingest.training.student import load_student
from ingest.training.vaults import asked_of_vaults
from ingest.training.vocabulary import load_tokenizer
from kb.evaluation.gold import load_gold
from tests.unit.ingest.training.tiny import encode, write_lessons, write_phrasings

_NEAR = ("a network", "a container")
GROUPS = [
    PairGroup(question="port ?", right="the port", wrong=("the image", *_NEAR)),
    PairGroup(question="image ?", right="the image", wrong=("the port", *_NEAR)),
    PairGroup(question="how to ?", right=None, wrong=("the port", "the image", "a network")),
]  # fmt: skip
NEAR_MISSES = NearMisses(
    passage="remove the container",
    answered=("remove a container ?",),
    missed=("the port ?", "why ?"),
)
NOTE = "# Network\n\nremove the container\n\nthe port of a image\n\n# Image\n\nthe image\n"


def write_vault(folder: Path) -> Path:
    """Write a vault of one note, with a question that it answers and one that it does not."""
    (folder / "notes" / "1").mkdir(parents=True)
    (folder / "notes" / "1" / "a.md").write_text(NOTE, encoding="utf-8")
    row: dict[str, object] = {
        "id": "1", "question": "which port ?", "language": "en", "note_language": "en",
        "kind": "value", "relevant": [{"note": "1/a.md", "line_start": 5, "line_end": 5}],
        "code": None, "command": None, "status": "answered", "hedged": False, "history": [],
        "split": "dev", "path_prefix": "1/",
    }  # fmt: skip
    none: dict[str, object] = {
        "id": "2", "question": "how to ?", "note_language": None, "kind": "unanswerable",
        "relevant": [], "status": "not_found",
    }  # fmt: skip
    text = "\n".join(json.dumps(one) for one in (row, row | none))
    (folder / "questions.jsonl").write_text(text + "\n", encoding="utf-8")
    near = json.dumps({"id": "1", "answered": ["port ?"], "missed": ["image ?", "network ?"]})
    (folder / "near.jsonl").write_text(near + "\n", encoding="utf-8")
    chat = json.dumps({"id": "1", "question": "Hi! Could you tell me which port? Thanks"})
    (folder / "chat.jsonl").write_text(chat + "\n", encoding="utf-8")
    return folder


def test_a_question_of_a_lesson_stands_beside_the_passages_of_each_language(
    tmp_path: Path,
) -> None:
    lessons = read_lessons(write_lessons(tmp_path, ["note-0"]))
    groups = list(lesson_groups(lessons, encode))
    asked = [group for group in groups if group.question == "how to remove ?"]
    assert [group.right for group in asked] == [
        "container\nremove the container",
        "контейнер\nудалить контейнер",
    ]
    assert all(group.right not in group.wrong for group in groups)
    assert [g.right for g in groups if g.question in {"why ?", "почему"}] == [None] * 4


def test_a_question_of_a_vault_stands_beside_the_nearest_of_its_passages(tmp_path: Path) -> None:
    vault = write_vault(tmp_path)
    questions = load_gold([vault / "questions.jsonl"])
    answered, unanswered = vault_groups(vault / "notes", questions, encode)
    assert answered.right is not None
    assert "the port of a image" in answered.right
    assert not any("the port" in passage for passage in answered.wrong)
    assert unanswered.right is None
    assert any("the port" in passage for passage in unanswered.wrong)


def test_a_statement_that_answers_stands_beside_its_neighbours(tmp_path: Path) -> None:
    vault = write_vault(tmp_path)
    lines = "the container\nThe port of a image\nThe network\n"
    (vault / "notes" / "1" / "a.md").write_text(f"# Network\n\n\n{lines}", encoding="utf-8")
    questions = load_gold([vault / "questions.jsonl"])
    _, statement, unanswered = vault_groups(vault / "notes", questions, encode)
    assert statement.question == "which port ?"
    assert statement.right == "Network\nThe port of a image"
    assert statement.wrong == ("Network\nthe container", "Network\nThe network")
    assert unanswered.right is None


def test_rare_words_count_more_and_unknown_ones_nothing() -> None:
    passages = ["a port of docker", "a volume of docker", "docker"]
    shares = shared_words(["docker port xyzzy", "xyzzy"], passages)
    assert shares[0, 0] == pytest.approx(1.0)
    assert 0 < shares[0, 1] == shares[0, 2] < 0.5
    assert not shares[1].any()


def test_the_loss_is_low_where_the_right_one_is_rated_high_and_the_others_low() -> None:
    owner = torch.tensor([0, 0, 1])
    right = torch.tensor([True, False, False])
    good = group_loss(torch.tensor([5.0, -5.0, -5.0]), owner, right)
    assert float(good) < 0.05
    assert group_loss(torch.tensor([-5.0, 5.0, -5.0]), owner, right) > 5
    # One question's passages are not compared with another's, but each is rated for itself.
    other = group_loss(torch.tensor([5.0, -5.0, 5.0]), owner, right)
    assert good + 0.5 < other < 3
    assert torch.isfinite(group_loss(torch.tensor([1.0]), owner[:1], right[1:2]))


def test_a_passage_stands_beside_what_it_answers_and_nearly_answers(tmp_path: Path) -> None:
    vault = write_vault(tmp_path)
    questions = load_gold([vault / "questions.jsonl"])
    passages = {g.id: g.right for g in vault_groups(vault / "notes", questions, encode) if g.right}
    (found,) = read_near_misses(vault / "near.jsonl", passages)
    assert "the port of a image" in found.passage
    draw = beside_near_misses(found, np.random.default_rng(1))
    assert [asked for asked, _ in draw.pairs] == ["port ?", "image ?", "network ?"]
    assert {told for _, told in draw.pairs} == {found.passage}
    assert draw.has_right
    assert read_near_misses(vault / "near.jsonl", {}) == []
    assert read_near_misses(vault / "none.jsonl", passages) == []


def test_a_lesson_has_near_misses_in_each_language(tmp_path: Path) -> None:
    folder = write_lessons(tmp_path, ["note-0", "note-1"])
    rows = [
        {"id": f"note-{n}-0/ru", "answered": [f"чем удалить {n}"], "missed": ["why ?"]}
        for n in (0, 1)
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / "near.jsonl").write_text(text + "\n", encoding="utf-8")
    (found,) = near_misses_of_lessons(folder, read_lessons(folder)[1:])
    assert found == NearMisses(
        passage="контейнер\nудалить контейнер", answered=("чем удалить 1",), missed=("why ?",)
    )


def test_a_question_stands_beside_its_passage_first_and_some_of_the_others() -> None:
    settings, rng = RerankingSettings(minutes=1.0, near=2), np.random.default_rng(1)
    draw = beside_passages(GROUPS[0], settings, rng)
    assert draw.has_right
    assert draw.pairs[0] == ("port ?", "the port")
    assert len(set(draw.pairs)) == 3
    none = beside_passages(GROUPS[2], settings, rng)
    assert not none.has_right
    assert len(set(none.pairs)) == 2


def trainer(model: Path, run: Path, steps: int) -> tuple[Reader, RerankingTrainer]:
    reader = Reader(load_student(model), load_tokenizer(model / "tokenizer.json"))
    settings = RerankingSettings(
        minutes=10.0, steps=steps, body_rate=5e-3, warmup_steps=1, fast=False
    )
    return reader, RerankingTrainer(
        reader, lessons=GROUPS, vaults=[], near_misses=[NEAR_MISSES], settings=settings,
        checkpoint=run / "checkpoint.pt",
    )  # fmt: skip


def test_a_toy_reranker_learns_to_rate_and_goes_on_where_it_stopped(
    model: Path, tmp_path: Path
) -> None:
    reader, stage = trainer(model, tmp_path / "reranked", steps=150)
    stage.train()
    assert rate_groups(reader, GROUPS) == {"first": 1.0, "told apart": 1.0}
    near = [(one, NEAR_MISSES.passage) for one in (*NEAR_MISSES.answered, *NEAR_MISSES.missed)]
    assert (reader.logits(near, fast=False) > 0).tolist() == [True, False, False]
    other, again = trainer(model, tmp_path / "reranked", steps=150)
    again.train()
    pairs = [("port ?", "the port"), ("port ?", "the image")]
    assert torch.equal(other.logits(pairs, fast=False), reader.logits(pairs, fast=False))


def test_measuring_needs_questions_with_and_without_an_answer(model: Path, tmp_path: Path) -> None:
    reader, _ = trainer(model, tmp_path, steps=0)
    for groups in (GROUPS[:2], GROUPS[2:], []):
        with pytest.raises(ValueError, match="both kinds"):
            rate_groups(reader, groups)


def test_the_step_writes_a_reranker_beside_the_model_and_tells_its_scores(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons = write_lessons(tmp_path / "lessons", [f"note-{n}" for n in range(12)])
    assert any(map(is_held_out, read_lessons(lessons)))
    write_vault(lessons / "vaults")
    write_phrasings(lessons)
    for start in (["--lessons-minutes", "0.01"], ["--go-on", "--newest", "1"]):
        status = main([
            "rerank", "--run", str(tmp_path / "run"), "--model", str(model),
            "--lessons", str(lessons), "--minutes", "0.01", "--device", "cpu", *start,
        ])  # fmt: skip
        assert status == 0
        assert (reranker_folder(model) / RERANKER_FILE).is_file()
        figures = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
        assert set(figures) == {"first", "told apart"}
        assert all(0 <= float(value) <= 1 for value in figures.values())


def test_the_reranker_goes_on_from_the_one_that_lies_beside_the_model(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons = write_lessons(tmp_path / "lessons", [f"note-{n}" for n in range(12)])
    write_vault(lessons / "vaults")
    write_phrasings(lessons)
    arguments = [
        "rerank", "--run", str(tmp_path / "run"), "--model", str(model), "--lessons", str(lessons),
        "--go-on", "--kept-share", "1", "--minutes", "0.01", "--device", "cpu",
    ]  # fmt: skip
    assert main(arguments) == 2
    assert "no reranker" in capsys.readouterr().err
    wanted = Reader(load_student(model), load_tokenizer(model / "tokenizer.json"))
    with torch.no_grad():
        for parameter in wanted.network.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.05)
    save_reranker(wanted.network, {}, model)
    assert main(arguments) == 0
    stored = Reader(load_student(model), load_tokenizer(model / "tokenizer.json"))
    load_reranker(stored, model)
    pairs = [("port ?", "the port"), ("how to remove ?", "the image")]
    with torch.no_grad():
        read, before = (one.logits(pairs, fast=False) for one in (stored, wanted))
    assert torch.allclose(read, before, atol=0.05)


def test_questions_of_vaults_are_learnt_as_chats_too(tmp_path: Path) -> None:
    asked = asked_of_vaults(write_vault(tmp_path))
    assert [one.question for one in asked[:2]] == ["which port ?", "how to ?"]
    assert {one.question for one in asked[2:]} == {"which port?"}
    assert asked[2].relevant == asked[0].relevant
    (tmp_path / "chat.jsonl").unlink()
    assert len(asked_of_vaults(tmp_path)) == 2


def test_of_vaults_that_are_not_new_every_fourth_question_is_asked(tmp_path: Path) -> None:
    folder = write_vault(tmp_path)
    first = json.loads((folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()[0])
    rows = [
        first | {"id": f"{vault}-{n}", "question": f"{vault} {n}", "path_prefix": f"{vault}/"}
        for vault in (9, 10)
        for n in range(8)
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / "questions.jsonl").write_text(text + "\n", encoding="utf-8")
    assert len(asked_of_vaults(folder)) == 16
    asked = [one.question for one in asked_of_vaults(folder, newest=10)]
    assert asked == ["9 0", "9 4", *(f"10 {n}" for n in range(8))]


def test_vaults_may_have_names_where_none_is_new(tmp_path: Path) -> None:
    folder = write_vault(tmp_path)
    path = folder / "questions.jsonl"
    text = path.read_text(encoding="utf-8").replace('"path_prefix": "1/"', '"path_prefix": "home/"')
    path.write_text(text, encoding="utf-8")
    assert {one.path_prefix for one in asked_of_vaults(folder)} == {"home/"}


def test_layers_leave_something_out_only_while_they_learn(model: Path) -> None:
    reader = Reader(load_student(model), load_tokenizer(model / "tokenizer.json"))
    pair = [("where is it", "it is here")]
    before = reader.logits(pair, fast=False)
    with dropping_out(reader.network, 0.5):
        learning = reader.logits(pair, fast=False)
    assert not torch.equal(learning, before)
    assert torch.equal(reader.logits(pair, fast=False), before)
