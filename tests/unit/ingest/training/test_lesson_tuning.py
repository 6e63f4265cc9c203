"""Lessons are read as they are meant, and a toy student learns to find their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from ingest.models.embedding_text import passage_text
from ingest.models.token_vectors import TokenHead
from ingest.training.__main__ import main
from ingest.training.lesson_batches import BatchSettings, batches_of
from ingest.training.lesson_scores import hit_at_1
from ingest.training.lesson_tuning import LessonTuner, LessonTuningSettings
from ingest.training.lessons import Lesson, is_held_out, read_lessons
from ingest.training.losses import contrastive_loss
from ingest.training.student import Student, load_student
from ingest.training.tokens import make_head
from ingest.training.vocabulary import load_tokenizer
from kb.errors import InvalidInputError, NotFoundError
from tests.unit.ingest.training.tiny import FACTS, write_corpus, write_lessons

DIRECTIONS = ("en-en", "en-ru", "ru-en", "ru-ru")
FIGURES = {f"{one}{by}" for one in DIRECTIONS for by in ("", " tokens")}


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write_lessons(tmp_path / "lessons", [f"note-{n}" for n in range(12)])


def test_a_lesson_knows_lines_questions_and_what_it_does_not_tell(lessons: Path) -> None:
    lesson = read_lessons(lessons)[0]
    assert lesson.name == "note-0"
    assert [fact.lines["en"] for fact in lesson.facts] == [3, 5, 7]
    assert [fact.lines["ru"] for fact in lesson.facts] == [3, 5, 7]
    assert lesson.facts[1].questions["en"] == ("port -p", "a port")
    assert lesson.unanswered == {"en": ("why ?",), "ru": ("почему",)}
    best = lesson.chunks["ru"][lesson.answers(lesson.facts[2], "ru")[0]]
    assert best.text == "сеть образ"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"id": "a", "kind": "flag", "en": ["q"], "ru": ["в"]}', "en_anchor"),
        (
            '{"id": "a", "kind": "flag", "en_anchor": "the", "en": ["q"], "ru": ["в"]}',
            "'the' is on 3 lines",
        ),
        ("no json", "note-0.jsonl:1"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, row: str, message: str) -> None:
    folder = write_lessons(tmp_path, ["note-0"])
    (folder / "questions" / "note-0.jsonl").write_text(row, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        read_lessons(folder)


def test_a_folder_without_lessons_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no lessons"):
        read_lessons(tmp_path)


def test_a_batch_asks_every_fact_once_and_takes_no_right_answer_for_wrong(lessons: Path) -> None:
    found = read_lessons(lessons)
    for batch in batches_of(found, BatchSettings(epochs=2, lessons=3, unanswered=2)):
        assert len(batch.questions) == len(batch.right) == 3 * (len(FACTS) + 2)
        assert len(set(batch.passages)) >= len(FACTS)
        assert batch.ignored.shape == (15, len(batch.passages))
        for row, (question, right) in enumerate(zip(batch.questions, batch.right, strict=True)):
            is_answered = right < len(batch.passages)
            assert is_answered is (question not in {"why ?", "почему"})
            assert not is_answered or not batch.ignored[row, right]
    twice = [
        [batch.questions for batch in batches_of(found, BatchSettings(epochs=2))] for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_the_passage_that_answers_is_pulled_nearest() -> None:
    passages = torch.eye(3)
    questions = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    none_ignored = torch.zeros(2, 3, dtype=torch.bool)
    good = contrastive_loss(questions, passages, torch.tensor([0, 1]), none_ignored)
    bad = contrastive_loss(questions, passages, torch.tensor([1, 0]), none_ignored)
    assert good < 0.01 < bad
    ignored = torch.tensor([[True, False, False], [False, True, False]])
    assert contrastive_loss(questions, passages, torch.tensor([1, 0]), ignored) < bad


def test_none_is_right_where_every_passage_is_far() -> None:
    far, near = torch.tensor([[0.2, 0.2, 0.96]]), torch.tensor([[0.9, 0.2, 0.39]])
    passages = torch.eye(3)[:2]
    ignored = torch.zeros(1, 2, dtype=torch.bool)
    none = torch.tensor([2])
    assert contrastive_loss(far, passages, none, ignored) < 0.05
    assert contrastive_loss(near, passages, none, ignored) > 5


def make_tuner(model: Path, lessons: list[Lesson], settings: LessonTuningSettings) -> LessonTuner:
    from ingest.training.pairs import read_pairs

    return LessonTuner(
        load_student(model),
        load_tokenizer(model / "tokenizer.json"),
        teacher=None,
        pairs=read_pairs(write_corpus(model.parent / "pairs") / "pairs.tsv.gz"),
        lessons=lessons,
        settings=settings,
        checkpoint=model.parent / "tuned" / "checkpoint.pt",
    )


def scores(student: Student, tokenizer: Tokenizer, lessons: list[Lesson]) -> dict[str, float]:
    passages = [passage_text(chunk) for one in lessons for chunk in one.chunks["en"]]
    head = make_head(student, tokenizer, passages=passages, sentences=passages)
    return hit_at_1(student, head, tokenizer, lessons)


def test_a_student_learns_to_find_the_lines_and_goes_on_where_it_stopped(
    model: Path, lessons: Path
) -> None:
    found = read_lessons(lessons)
    settings = LessonTuningSettings(
        batches=BatchSettings(epochs=20),
        body_rate=5e-3,
        rows_rate=5e-2,
        warmup_steps=1,
        checkpoint_s=0.0,
        fast=False,
    )
    tokenizer = load_tokenizer(model / "tokenizer.json")
    first = make_tuner(model, found, settings)
    before = scores(first.student, tokenizer, found[:1])
    first.train()
    after = scores(first.student, tokenizer, found[:1])
    assert set(after) == FIGURES
    assert sum(after[one] for one in DIRECTIONS) > sum(before[one] for one in DIRECTIONS)
    again = make_tuner(model, found, settings)
    again.train()
    assert torch.equal(again.student.rows, first.student.rows)


def test_the_step_writes_a_folder_and_tells_the_scores_of_what_it_has_not_seen(
    model: Path, lessons: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert any(map(is_held_out, read_lessons(lessons)))
    target = tmp_path / "tuned-model"
    status = main([
        "tune", "--corpus", str(corpus), "--run", str(tmp_path / "run"), "--model", str(model),
        "--lessons", str(lessons), "--target", str(target), "--epochs", "1", "--device", "cpu",
    ])  # fmt: skip
    assert status == 0
    assert (target / "model.safetensors").is_file()
    assert TokenHead.load(target) is not None
    printed = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert {name for name, _ in printed} == FIGURES
    assert all(0 <= float(value) <= 1 for _, value in printed)
