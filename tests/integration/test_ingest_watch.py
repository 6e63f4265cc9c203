"""Watching a real folder: an edit is answerable within two seconds, a burst is one sync."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from ingest.service import IndexService
from ingest.vault import Vault
from ingest.watch import _STEP_MS, VaultWatcher
from kb.errors import VaultError
from kb.model import NoteId
from tests.integration.index_states import index_of, opened
from tests.waiting import PATIENCE_S, wait_until

_ANSWERABLE_S: Final = 2.0
_TRIES: Final = 3
"""A busy machine may be late; a watch that is too slow is late every time."""


class Calls:
    """Counts calls and lets a test wait for them."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_for(self, count: int, timeout_s: float = PATIENCE_S) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, timeout_s)


@contextmanager
def watching(folder: Path, on_change: Callable[[], object]) -> Iterator[VaultWatcher]:
    watcher = VaultWatcher(Vault(folder), on_change)
    watcher.start()
    time.sleep(0.5)  # the system's watch is set up in the background
    try:
        yield watcher
    finally:
        watcher.stop()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("первый\n", encoding="utf-8")
    return folder


def test_an_edit_is_answerable_within_two_seconds(notes: Path, tmp_path: Path) -> None:
    with opened(notes, tmp_path / "state") as service:
        service.sync()
        with watching(notes, service.sync):
            took_s = [time_of_edit(notes / "a.md", service, f"слово {i}") for i in range(_TRIES)]
        assert min(took_s) < _ANSWERABLE_S, took_s


def time_of_edit(path: Path, service: IndexService, text: str) -> float:
    """Return the seconds from the edit of a note until the index has it."""

    def is_indexed() -> bool:
        chunks = index_of(service).catalog.chunks_of(NoteId(path.name))
        return [chunk.text for chunk in chunks] == [text]

    started = time.monotonic()
    path.write_text(f"{text}\n", encoding="utf-8")
    wait_until(is_indexed)
    return time.monotonic() - started


def test_a_burst_is_one_call(notes: Path) -> None:
    calls = Calls()
    with watching(notes, calls):
        started = time.monotonic()
        for number in range(1000):
            (notes / f"{number}.md").write_text("слово\n", encoding="utf-8")
        burst_s = time.monotonic() - started
        assert calls.wait_for(1)
        time.sleep(1.0)
    # A busy machine may pause in the middle; a pause of a step ends a burst.
    assert calls.count <= 2 + int(1000 * burst_s / _STEP_MS)


def test_what_is_ignored_wakes_nobody(notes: Path) -> None:
    calls = Calls()
    with watching(notes, calls):
        for name in (".git/index.md", ".obsidian/x.json", "a.md~", ".a.md.swp", "picture.png"):
            (notes / name).parent.mkdir(exist_ok=True)
            (notes / name).write_text("x")
        assert not calls.wait_for(1, 1.5)
        (notes / ".kbignore").write_text("a.md\n")
        assert calls.wait_for(1)


def test_folders_moved_in_and_out_are_noticed(notes: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.md").write_text("x")
    calls = Calls()
    with watching(notes, calls):
        elsewhere.rename(notes / "folder")
        assert calls.wait_for(1)
        (notes / "folder").rename(elsewhere)
        assert calls.wait_for(2)


def test_an_error_does_not_end_the_watch(notes: Path) -> None:
    calls = Calls()

    def fail() -> None:
        calls()
        raise VaultError("gone") if calls.count == 1 else RuntimeError("a bug")

    with watching(notes, fail):
        for count in (1, 2, 3):
            (notes / f"{count}.md").write_text("x")
            assert calls.wait_for(count)


def test_a_folder_that_comes_back_is_watched_again(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.watch._RETRY_S", 0.2)
    calls = Calls()
    with watching(notes, calls):
        shutil.rmtree(notes)
        assert calls.wait_for(3)  # it is looked for again and again
        notes.mkdir()
        while calls.wait_for(calls.count + 1, 1.5):
            pass  # until it need not be looked for
        before = calls.count
        (notes / "c.md").write_text("x")
        assert calls.wait_for(before + 1)
