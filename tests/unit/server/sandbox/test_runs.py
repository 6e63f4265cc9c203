from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import BusyError, CommandRefusedError, NotFoundError, SandboxError
from kb.model import Language, RunId, RunOrigin, RunState
from server.sandbox.audit import AuditLog, AuditPage
from server.sandbox.kept_runs import KeptRuns
from server.sandbox.remarks import ROOM_FOR_REMARKS, remark
from server.sandbox.run import Run
from server.sandbox.runbook import PreparedRun, RunBook
from server.sandbox.settings import RunLimits
from tests.waiting import PATIENCE_S, wait_until

ME = RunOrigin(who="me", command="c1", answer="a1", values={"container": "web"})


class Prepared:
    def __init__(self, text: str, act: Callable[[Run], int]) -> None:
        self.text = text
        self._act = act

    def execute(self, run: Run) -> int:
        return self._act(run)

    def describe(self) -> Mapping[str, object]:
        return {"sent": self.text}


class Programs:
    """Prepares what a test has said a line should do."""

    def __init__(self) -> None:
        self.acts: dict[str, Callable[[Run], int]] = {}

    def prepare(
        self,
        text: str,
        *,
        confirm: bool,
        files: Mapping[str, bytes] | None = None,
        note: str = "",
        language: Language = "en",
    ) -> PreparedRun:
        if text not in self.acts:
            raise CommandRefusedError(f"{text!r} is refused", code="no")
        return Prepared(text, self.acts[text])


@pytest.fixture
def programs() -> Programs:
    return Programs()


@pytest.fixture
def book(programs: Programs, tmp_path: Path) -> RunBook:
    return RunBook(programs, RunLimits(parallel_runs=2, kept_runs=3), AuditLog(tmp_path / "a.log"))


def _hello(run: Run) -> int:
    run.running()
    run.stdout(b"out\n")
    run.stderr("err\n")
    return 3


def _until_stopped(run: Run) -> int:
    run.running()
    run.stdout("begun\n")
    ended = threading.Event()
    with run.on_stop(ended.set):
        ended.wait(10)
    return 137


def _finish(book: RunBook, text: str) -> RunId:
    run_id = book.start(text, confirm=False, origin=ME).id
    list(book.events(run_id))
    return run_id


def test_a_run_from_start_to_end(book: RunBook, programs: Programs) -> None:
    programs.acts["hello"] = _hello
    run = book.start("hello", confirm=False)
    events = [(event.kind, event.text, event.exit_code) for event in book.events(run.id)]
    assert events == [
        ("status", "starting", None),
        ("status", "running", None),
        ("stdout", "out\n", None),
        ("stderr", "err\n", None),
        ("status", "exited", None),
        ("exit", "exited", 3),
    ]
    ended = book.get(run.id)
    assert (ended.state, ended.exit_code) == (RunState.EXITED, 3)
    assert (ended.stdout, ended.stderr) == ("out\n", "err\n")


def test_every_reader_gets_everything_however_late(book: RunBook, programs: Programs) -> None:
    programs.acts["long"] = _until_stopped
    run = book.start("long", confirm=False)
    seen: list[list[str]] = [[], [], []]

    def read(into: list[str]) -> None:
        into.extend(event.kind for event in book.events(run.id))

    readers = [threading.Thread(target=read, args=(into,)) for into in seen]
    for reader in readers[:2]:
        reader.start()
    time.sleep(0.05)
    book.stop(run.id)
    for reader in readers[:2]:
        reader.join()
    readers[2].start()
    readers[2].join()
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][-1] == "exit"
    assert book.get(run.id).state is RunState.STOPPED


def test_a_reader_may_leave_and_come_again(book: RunBook, programs: Programs) -> None:
    programs.acts["hello"] = _hello
    run_id = _finish(book, "hello")
    first = next(book.events(run_id))
    assert [first, *list(book.events(run_id))[1:]] == list(book.events(run_id))


def test_what_is_refused_is_no_run(book: RunBook) -> None:
    with pytest.raises(CommandRefusedError):
        book.start("unknown", confirm=True)
    assert book.list() == ()


def test_too_many_at_once(book: RunBook, programs: Programs) -> None:
    programs.acts["long"] = _until_stopped
    runs = [book.start("long", confirm=False) for _ in range(2)]
    with pytest.raises(BusyError):
        book.start("long", confirm=False)
    book.stop(runs[0].id)
    list(book.events(runs[0].id))
    third = book.start("long", confirm=False)
    book.stop_all()
    assert book.get(third.id).state is RunState.STOPPED


def test_a_sandbox_that_is_not_there_fails_the_run_and_says_why(
    book: RunBook, programs: Programs
) -> None:
    def act(run: Run) -> int:
        raise SandboxError("no daemon", reason="no_dockerd", hint="get one")

    programs.acts["x"] = act
    run = book.get(_finish(book, "x"))
    assert (run.state, run.exit_code) == (RunState.FAILED, None)
    assert run.stderr == "no daemon\nhint: get one\n"


def test_a_bug_ends_the_run_too(book: RunBook, programs: Programs) -> None:
    programs.acts["x"] = lambda run: 1 // 0
    run = book.get(_finish(book, "x"))
    assert run.state is RunState.FAILED
    assert "ZeroDivisionError" in run.stderr


def test_old_runs_are_forgotten_and_running_ones_are_not(book: RunBook, programs: Programs) -> None:
    programs.acts.update({"hello": _hello, "long": _until_stopped})
    running = book.start("long", confirm=False)
    ended = [_finish(book, "hello") for _ in range(5)]
    kept = [run.id for run in book.list()]
    assert kept == [*reversed(ended[-3:]), running.id]
    with pytest.raises(NotFoundError):
        book.get(ended[0])
    book.stop_all()


def test_output_past_the_limit_is_cut_at_a_character() -> None:
    run = Run(RunId("1"), "x", RunLimits(output_bytes=5))
    run.stdout("aяяяя")
    run.stdout("more")
    run.end(RunState.EXITED, 0)
    ended = run.snapshot()
    assert ended.truncated
    assert ended.stdout == "aяя"
    assert "cut after 5 bytes" in ended.stderr


def test_why_a_run_ended_is_told_past_the_limit_too() -> None:
    run = Run(RunId("1"), "x", RunLimits(output_bytes=5))
    run.stdout("much output")
    run.say(remark("timed_out", seconds=9))
    run.end(RunState.STOPPED, None)
    assert run.snapshot().stdout == "much "
    said = [event.remark.code for event in run.output() if event.remark is not None]
    assert said == ["output_cut", "timed_out"]


def test_remarks_have_an_end_too() -> None:
    run = Run(RunId("1"), "x", RunLimits(output_bytes=5))
    run.stdout("much output")
    for _ in range(1000):
        run.say(remark("note", text="x" * 1000))
    assert len(run.snapshot().stderr) < 2 * ROOM_FOR_REMARKS
    assert run.size_bytes < 2 * ROOM_FOR_REMARKS


def test_a_stop_that_came_before_is_not_lost() -> None:
    run = Run(RunId("1"), "x", RunLimits())
    run.ask_to_stop()
    called = []
    with run.on_stop(lambda: called.append(1)):
        pass
    assert called == [1]


def test_a_broken_closer_does_not_keep_the_others(capfd: pytest.CaptureFixture[str]) -> None:
    run = Run(RunId("1"), "x", RunLimits())
    called = []
    with run.on_stop(lambda: called.append(1)), run.on_stop([].pop):
        run.ask_to_stop()
    assert called == [1]


def test_only_the_first_end_counts() -> None:
    run = Run(RunId("1"), "x", RunLimits())
    run.end(RunState.STOPPED, None)
    run.end(RunState.EXITED, 0)
    run.stdout("late")
    assert run.snapshot().state is RunState.STOPPED
    assert run.snapshot().stdout == ""


def test_the_audit_log_is_written_before_the_end_is_seen(
    book: RunBook, programs: Programs, tmp_path: Path
) -> None:
    programs.acts["hello"] = _hello
    _finish(book, "hello")
    (record,) = book.log(limit=10, offset=0).records
    assert (record.who, record.text, record.exit_code) == ("me", "hello", 3)
    assert record.body == {"sent": "hello"}
    assert (tmp_path / "a.log").stat().st_mode & 0o777 == 0o600


def test_a_run_that_ends_while_the_log_is_read_is_told_once(
    book: RunBook, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def act(run: Run) -> int:
        go_on.wait(PATIENCE_S)
        return 0

    programs.acts["slow"] = act
    run_id = book.start("slow", confirm=False).id
    read = AuditLog.read

    def late(log: AuditLog, *, limit: int, offset: int) -> AuditPage:
        go_on.set()
        wait_until(lambda: book.get(run_id).state is RunState.EXITED)
        return read(log, limit=limit, offset=offset)

    monkeypatch.setattr(AuditLog, "read", late)
    (record,) = book.log(limit=10, offset=0).records
    assert (record.run_id, record.state) == (run_id, "exited")


def test_an_audit_log_that_cannot_be_written_is_told(programs: Programs, tmp_path: Path) -> None:
    book = RunBook(programs, RunLimits(), AuditLog(tmp_path))
    programs.acts["hello"] = _hello
    run = book.get(_finish(book, "hello"))
    assert run.exit_code == 3
    assert "audit log" in run.stderr


def test_a_damaged_line_of_the_audit_log_is_left_out(tmp_path: Path, book: RunBook) -> None:
    path = tmp_path / "b.log"
    path.write_text('{"run_id": "1"}\nnonsense\n\n')
    assert AuditLog(path).read().records == ()
    assert AuditLog(tmp_path / "none").read().total == 0


def test_the_audit_log_is_read_in_parts_newest_first(book: RunBook, programs: Programs) -> None:
    programs.acts["hello"] = _hello
    ids = [_finish(book, "hello") for _ in range(5)]

    def part(limit: int, offset: int) -> list[str]:
        return [record.run_id for record in book.log(limit=limit, offset=offset).records]

    assert part(2, 0) == [ids[4], ids[3]]
    assert part(2, 4) == [ids[0]]
    assert part(10, 0) == ids[::-1]
    assert part(2, 5) == part(2, 99) == []
    assert book.log(limit=2, offset=99).total == 5


def test_pieces_that_nobody_has_seen_are_joined() -> None:
    run = Run(RunId("1"), "x", RunLimits())
    for _ in range(10_000):
        run.stdout("tick\n")
    reader = run.events()
    seen = [next(reader) for _ in range(3)]
    run.stdout("later\n")
    run.end(RunState.EXITED, 0)
    events = [*seen, *reader]
    assert len(events) < 30
    assert "".join(event.text for event in events if event.kind == "stdout") == (
        "tick\n" * 10_000 + "later\n"
    )


def test_much_output_of_old_runs_is_forgotten(programs: Programs, tmp_path: Path) -> None:
    limits = RunLimits(kept_bytes=2500)
    book = RunBook(programs, limits, AuditLog(tmp_path / "a.log"))

    def act(run: Run) -> int:
        run.stdout("x" * 1000)
        return 0

    programs.acts["x"] = act
    ids = [_finish(book, "x") for _ in range(5)]
    assert [run.id for run in book.list()] == list(reversed(ids[-3:]))


def test_runs_in_progress_come_first_in_the_log(book: RunBook, programs: Programs) -> None:
    programs.acts.update({"hello": _hello, "long": _until_stopped})
    ended = [_finish(book, "hello") for _ in range(2)]
    running = book.start("long", confirm=False, origin=ME).id

    def part(limit: int, offset: int) -> list[str]:
        return [record.run_id for record in book.log(limit=limit, offset=offset).records]

    (first, *_) = book.log(limit=9, offset=0).records
    assert (first.who, first.exit_code, first.body) == ("me", None, {})
    assert first.state in {"starting", "running"}
    assert book.log(limit=1, offset=0).total == 3
    assert part(9, 0) == [running, ended[1], ended[0]]
    assert (part(1, 0), part(1, 1), part(2, 1)) == ([running], [ended[1]], ended[::-1])
    book.stop_all()
    wait_until(lambda: book.log(limit=1, offset=0).records[0].state == "stopped")
    assert part(9, 0) == [running, ended[1], ended[0]]


@pytest.fixture
def kept(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path / "runs", most_chars=20)


def _book(programs: Programs, kept: KeptRuns, folder: Path, **limits: int) -> RunBook:
    return RunBook(programs, RunLimits(**limits), AuditLog(folder / "a.log"), kept=kept)


def test_an_ended_run_outlives_the_server(
    programs: Programs, kept: KeptRuns, tmp_path: Path
) -> None:
    programs.acts["hello"] = _hello
    before = _book(programs, kept, tmp_path)
    run_id = _finish(before, "hello")
    after = _book(programs, kept, tmp_path)
    (found,) = after.list()
    assert replace(found, duration_s=0) == replace(before.get(run_id), duration_s=0)
    assert (found.stdout, found.stderr, found.origin) == ("out\n", "err\n", ME)
    shown = [event for event in before.events(run_id) if event.text != "running"]
    assert list(after.events(run_id)) == shown
    (file,) = (tmp_path / "runs").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_of_much_output_the_beginning_outlives_the_server(
    programs: Programs, kept: KeptRuns, tmp_path: Path
) -> None:
    def much(run: Run) -> int:
        run.stdout("a" * 15)
        run.stderr("b" * 15)
        return 0

    programs.acts["much"] = much
    run_id = _finish(_book(programs, kept, tmp_path), "much")
    found = _book(programs, kept, tmp_path).get(run_id)
    assert (found.stdout, found.stderr, found.truncated) == ("a" * 15, "b" * 5, True)


def test_why_a_run_ended_outlives_the_server_however_much_it_wrote(
    programs: Programs, kept: KeptRuns, tmp_path: Path
) -> None:
    def much(run: Run) -> int:
        run.stdout("a" * 50)
        run.stdout("b" * 50)
        raise SandboxError("it went away", reason="went_away")

    programs.acts["much"] = much
    run_id = _finish(_book(programs, kept, tmp_path, output_bytes=60), "much")
    found = _book(programs, kept, tmp_path).get(run_id)
    assert (found.stdout, found.stderr, found.truncated) == ("a" * 20, "it went away\n", True)


def test_what_is_forgotten_is_deleted(programs: Programs, kept: KeptRuns, tmp_path: Path) -> None:
    programs.acts["hello"] = _hello
    book = _book(programs, kept, tmp_path, kept_runs=2)
    ids = [_finish(book, "hello") for _ in range(4)]
    again = _book(programs, kept, tmp_path, kept_runs=2)
    assert [run.id for run in again.list()] == ids[:-3:-1]
    ids.append(_finish(again, "hello"))
    assert [each.run.id for each in kept.read()] == ids[-2:]


def test_damaged_files_of_runs_are_left_out(kept: KeptRuns, tmp_path: Path) -> None:
    assert kept.read() == []
    (tmp_path / "runs").mkdir()
    for number, text in enumerate(("", "[]", '{"run": {"id": 1}}', "\xff")):
        (tmp_path / "runs" / f"{number}.json").write_text(text, encoding="latin-1")
    assert kept.read() == []


def test_a_run_that_cannot_be_kept_ends_all_the_same(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    programs.acts["hello"] = _hello
    book = _book(programs, KeptRuns(tmp_path / "file", most_chars=9), tmp_path)
    assert book.get(_finish(book, "hello")).exit_code == 3
