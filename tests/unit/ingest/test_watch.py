"""Which changed paths wake the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.vault import Vault
from ingest.watch import VaultWatcher


def concerns(folder: Path, name: str) -> bool:
    watcher = VaultWatcher(Vault(folder), lambda: None)
    return watcher.concerns([str(folder / name)])


@pytest.mark.parametrize("name", ["plain", "1. Work", "Node.js", "deep/v1.2", "folder.md"])
def test_a_folder_moved_in_or_out_is_followed(tmp_path: Path, name: str) -> None:
    assert concerns(tmp_path, name), "moved out"
    (tmp_path / name).mkdir(parents=True)
    assert concerns(tmp_path, name), "moved in"


def test_files_that_are_no_notes_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"")
    assert not concerns(tmp_path, "picture.png")


@pytest.mark.parametrize("name", [".git", ".trash/v1.2", "node_modules/Node.js", "../else.d"])
def test_folders_that_are_left_out_are_not_followed(tmp_path: Path, name: str) -> None:
    assert not concerns(tmp_path, name)
    (tmp_path / name).mkdir(parents=True)
    assert not concerns(tmp_path, name)
