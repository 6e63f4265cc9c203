from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ingest.training.__main__ import main
from ingest.training.run import export_stage
from ingest.training.workspace import Workspace
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


@pytest.fixture
def run(tmp_path: Path, teacher: Path, corpus: Path) -> Workspace:
    """A run with its vocabulary and initial rows."""
    folder = tmp_path / "run"
    common = ["--corpus", str(corpus), "--run", str(folder)]
    assert main(["vocab", *common, "--size", "30"]) == 0
    assert main(["align", *common]) == 0
    return Workspace(folder, torch.device("cpu"))


@pytest.fixture
def model(tmp_path: Path, run: Workspace) -> Path:
    """A folder that was exported before any training."""
    export_stage(run, "initial", tmp_path / "model")
    return tmp_path / "model"
