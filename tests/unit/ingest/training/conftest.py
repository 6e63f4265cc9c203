from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingest.training.tiny import write_corpus, write_teacher


@pytest.fixture
def teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toy teacher in the place of the installed one."""
    folder = write_teacher(tmp_path / "teacher")
    for module in ("prepare", "workspace", "export", "run"):
        monkeypatch.setattr(f"ingest.training.{module}.teacher_folder", lambda: folder)
    monkeypatch.setattr("ingest.training.teacher.teacher_folder", lambda: folder)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")
