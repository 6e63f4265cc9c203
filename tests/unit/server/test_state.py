"""The state folder: private, owned by one, and telling who owns it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import IndexUnavailableError, StateLockedError
from server.state import ServerRecord, StateFolder, write_private

RECORD = ServerRecord(url="http://127.0.0.1:8765", pid=4711, token="t" * 20, edit=True)


def test_the_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    token = StateFolder(tmp_path).token()
    assert len(token) >= 40
    assert StateFolder(tmp_path).token() == token
    file = tmp_path / "durable" / "token"
    assert file.read_text(encoding="ascii").strip() == token
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_a_token_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    token = state.token()
    file = tmp_path / "durable" / "token"
    file.chmod(0o644)
    assert state.token() == token
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_empty_token_file_is_replaced(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    write_private(tmp_path / "durable" / "token", "\n")
    assert len(state.token()) >= 40


def test_a_folder_that_became_read_only_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    state = StateFolder(tmp_path)
    monkeypatch.setattr("filelock.FileLock.acquire", fail)
    for use in (state.acquire, state.is_locked):
        with pytest.raises(IndexUnavailableError, match="Read-only") as caught:
            use()
        assert (caught.value.code, bool(caught.value.hint)) == ("state_unwritable", True)


def test_the_folder_has_one_owner(tmp_path: Path) -> None:
    first, second = StateFolder(tmp_path), StateFolder(tmp_path)
    first.acquire()
    first.record_server(RECORD)
    assert not first.is_locked()
    assert second.is_locked()
    assert second.running_server() == RECORD
    with pytest.raises(StateLockedError, match=r"http://127\.0\.0\.1:8765 \(process 4711\)"):
        second.acquire()
    first.release()
    assert second.running_server() is None
    second.acquire()
    second.release()


def test_the_lock_of_a_dead_process_is_free_and_its_record_void(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from server.state import *\n"
        "state = StateFolder(Path(sys.argv[1])); state.acquire()\n"
        "state.record_server(ServerRecord(url='http://x', pid=os.getpid(), token='t'))\n"
        "os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert (tmp_path / "server.json").exists()
    state = StateFolder(tmp_path)
    assert state.running_server() is None
    state.acquire()
    assert not (tmp_path / "server.json").exists()
    state.release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}', "null", "\x00"])
def test_a_broken_record_is_no_server(tmp_path: Path, content: str) -> None:
    owner, other = StateFolder(tmp_path), StateFolder(tmp_path)
    owner.acquire()
    (tmp_path / "server.json").write_text(content, encoding="utf-8")
    assert other.running_server() is None
    with pytest.raises(StateLockedError, match="another kb process"):
        other.acquire()
    owner.release()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(IndexUnavailableError, match="cannot write the state folder") as raised:
        StateFolder(tmp_path / "file" / "state")
    assert "--state" in raised.value.hint


def test_a_failed_write_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    write_private(path, "old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
