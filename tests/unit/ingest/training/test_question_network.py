"""Questions are embedded by matrices of bytes, nearly as by the model itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.models.embedding import SentenceTransformerEmbedder
from ingest.models.model_files import QUESTION_PEAKS_FILE, model_hash
from ingest.models.question_network import load_peaks
from ingest.training.__main__ import main
from ingest.training.student import load_student
from ingest.training.tokens import make_head, save_head
from ingest.training.vocabulary import load_tokenizer
from kb.ports import Embedding
from tests.unit.ingest.training.tiny import write_lessons

QUESTIONS = ["how to remove the port ?", "the network of a container", "как удалить порт"]


@pytest.fixture
def completed(model: Path, tmp_path: Path) -> Path:
    """A model with a token head and with peaks."""
    student, tokenizer = load_student(model), load_tokenizer(model / "tokenizer.json")
    save_head(make_head(student, tokenizer, passages=QUESTIONS, sentences=QUESTIONS), model)
    lessons = write_lessons(tmp_path / "lessons", ["first", "second"])
    given = ["--run", str(tmp_path / "run"), "--model", str(model), "--lessons", str(lessons)]
    assert main(["peaks", *given]) == 0
    return model


def embedded(model: Path) -> list[Embedding]:
    embedder = SentenceTransformerEmbedder(model)
    return [embedder.embed_query(question) for question in QUESTIONS]


def test_a_question_in_bytes_is_near_to_the_models_own(completed: Path) -> None:
    in_bytes = embedded(completed)
    (completed / QUESTION_PEAKS_FILE).unlink()
    own = embedded(completed)
    for fast, slow in zip(in_bytes, own, strict=True):
        assert fast.vector @ slow.vector > 0.99
        assert fast.tokens.shape == slow.tokens.shape
        assert np.abs(fast.tokens - slow.tokens).max() < 0.1
    # They are computed in two ways, or nothing is compared here.
    assert any((f.vector != s.vector).any() for f, s in zip(in_bytes, own, strict=True))


def test_peaks_tell_of_every_matrix_and_are_read_by_any_user(completed: Path) -> None:
    peaks = load_peaks(completed)
    assert len(peaks) == 2 * 6
    assert all((peak > 0).any() for peak in peaks.values())
    assert (completed / QUESTION_PEAKS_FILE).stat().st_mode & 0o777 == 0o644


def test_an_index_outlives_new_peaks(completed: Path) -> None:
    before = model_hash(completed)
    (completed / QUESTION_PEAKS_FILE).unlink()
    assert model_hash(completed) == before
    (completed / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert model_hash(completed) != before
