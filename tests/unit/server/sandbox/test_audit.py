"""The audit log: whole lines, a bounded size, and its end read first."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from server.sandbox.audit import AuditLog, AuditRecord


def record(run_id: str, *, text: str = "docker ps") -> AuditRecord:
    return AuditRecord(
        run_id=run_id, who="page", started=0.0, duration_s=1.0, text=text, state="exited",
        exit_code=0,
    )  # fmt: skip


def ids(log: AuditLog, *, limit: int = 100, offset: int = 0) -> list[str]:
    return [each.run_id for each in log.read(limit=limit, offset=offset).records]


def test_a_line_is_written_whole_though_the_system_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    log = AuditLog(tmp_path / "runs.jsonl")
    log.write(record("1", text="docker run образ"))
    log.write(record("2"))
    assert ids(log) == ["2", "1"]
    assert log.read().records[1].text == "docker run образ"


def test_a_line_that_does_not_fit_on_the_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(tmp_path / "runs.jsonl")
    log.write(record("1"))
    before = (tmp_path / "runs.jsonl").read_bytes()
    write = os.write
    room = [20]

    def fill(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "no space left on device")
        written = write(handle, data[: room[0]])
        room[0] -= written
        return written

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="no space left"):
        log.write(record("2"))
    assert (tmp_path / "runs.jsonl").read_bytes() == before
    room[0] = 10_000
    log.write(record("3"))
    assert ids(log) == ["3", "1"]


def test_a_full_file_makes_way_and_only_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    log = AuditLog(path, most_bytes=1000, kept_files=3)
    for number in range(40):
        log.write(record(str(number)))
    files = sorted(tmp_path.iterdir())
    assert [each.name for each in files] == ["runs.jsonl", "runs.jsonl.1", "runs.jsonl.2"]
    assert all(each.stat().st_size <= 1000 for each in files)
    assert all(each.stat().st_mode & 0o077 == 0 for each in files)
    kept = ids(log)
    assert kept == [str(number) for number in range(39, 39 - len(kept), -1)]
    assert len(kept) == log.read(limit=1).total > 10
    assert ids(log, limit=3, offset=len(kept) - 2) == kept[-2:]


def test_a_line_longer_than_a_file_may_be_is_kept(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "runs.jsonl", most_bytes=1000, kept_files=2)
    for name in ("1", "2"):
        log.write(record(name, text="docker run " + "я" * 200_000))
    assert ids(log) == ["2", "1"]
