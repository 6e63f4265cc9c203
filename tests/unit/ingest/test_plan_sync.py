from __future__ import annotations

from ingest.sync import SyncPlan, plan_sync
from ingest.vault import VaultFile
from kb.model import NoteId
from kb.store.manifest import NoteRecord

SECOND = 1_000_000_000


def file(name: str, *, size: int = 10, mtime_ns: int = 100 * SECOND) -> VaultFile:
    return VaultFile(id=NoteId(name), size_bytes=size, mtime_ns=mtime_ns)


def record(name: str, *, read_ns: int = 200 * SECOND) -> NoteRecord:
    return NoteRecord(id=NoteId(name), size_bytes=10, mtime_ns=100 * SECOND, read_ns=read_ns)


def plan(files: list[VaultFile], records: list[NoteRecord]) -> SyncPlan:
    return plan_sync(files, {known.id: known for known in records})


def test_new_changed_removed_and_unchanged() -> None:
    found = plan(
        [file("new.md"), file("same.md"), file("longer.md", size=11), file("later.md", mtime_ns=5)],
        [record("same.md"), record("longer.md"), record("later.md"), record("gone.md")],
    )
    assert [one.id for one in found.read] == ["later.md", "longer.md", "new.md"]
    assert found.removed == ("gone.md",)
    assert found.unchanged == 1


def test_nothing_to_do() -> None:
    assert plan([], []) == SyncPlan()
    assert plan([file("a.md")], [record("a.md")]) == SyncPlan(unchanged=1)


def test_a_file_read_right_after_its_change_is_read_again() -> None:
    found = plan([file("a.md")], [record("a.md", read_ns=101 * SECOND)])
    assert [one.id for one in found.read] == ["a.md"]
