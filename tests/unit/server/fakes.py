"""Rooms behind the API that need no model, no index and no daemon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ingest.report import IndexStatus, SyncProgress, SyncReport
from ingest.vault import NoteSource, Vault
from kb.assistant import (
    AnswerEvent,
    CitationEvent,
    CommandEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
    check_question,
)
from kb.errors import CommandRefusedError, KbError, NeedsConfirmationError, NotFoundError
from kb.model import (
    Answer,
    AnswerId,
    AnswerStatus,
    ArmScore,
    Chunk,
    ChunkId,
    ChunkKind,
    Citation,
    Command,
    CommandId,
    CommandRun,
    Filters,
    Hit,
    Language,
    LineRange,
    NoteId,
    NoteSummary,
    Question,
    Remark,
    Risk,
    RunEvent,
    RunId,
    RunOrigin,
    RunState,
    Slot,
    TokenExplanation,
)
from server.sandbox.audit import AuditPage, AuditRecord
from server.sandbox.run import NO_ORIGIN, Run
from server.sandbox.settings import RunLimits
from server.sandbox.state import ContainerSummary, Inventory, PublishedPort, SandboxStatus

NOTE_TEXT = "# Docker\n\nRemove a container:\n\n```bash\ndocker rm 46286a4fff79\n```\n"
NOTE = NoteId("docker.md")


def citation() -> Citation:
    return Citation(
        n=1,
        note=NOTE,
        lines=LineRange(start=3, end=6),
        quote="\n".join(NOTE_TEXT.split("\n")[2:6]),
        chunk=ChunkId("c1"),
        heading_trail=("Docker",),
    )


def command() -> Command:
    return Command(
        id=CommandId("cmd1"),
        text="docker rm 46286a4fff79",
        note=NOTE,
        lines=LineRange(start=6, end=6),
        runnable=True,
        risk=Risk.DESTROY,
        slots=(
            Slot(
                id="container",
                label="container",
                value="46286a4fff79",
                placeholder=True,
                choices="containers",
            ),
        ),
        explanation=(TokenExplanation(token="docker rm", text="removes", citation=citation()),),
    )


class FakeAnswerer:
    """Answers every question with the same quote, or raises what it was told to."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.filters: Filters | None = None
        self.error: KbError | None = None
        self.block: threading.Event | None = None
        self.count = 0
        self.status = "answered"
        self.language: Language = "en"
        self.text = "Remove it [1]."
        self.notice: str | None = None
        self.pieces: Iterable[str] = ("Remove it [1].",)

    def ask(self, question: Question) -> Answer:
        *_, last = self.stream(question)
        assert isinstance(last, AnswerEvent)
        return last.answer

    def search(self, text: str, *, top_k: int, filters: Filters | None = None) -> list[Hit]:
        check_question(text)
        self.filters = filters
        chunk = Chunk(
            id=ChunkId("c1"),
            note=NOTE,
            kind=ChunkKind.COMMAND,
            lines=LineRange(start=3, end=6),
            text=citation().quote,
            heading_trail=("Docker",),
            commands=("docker rm",),
        )
        arms = {"dense": ArmScore(rank=1, score=0.9), "lexical": ArmScore(rank=2, score=7.5)}
        return [Hit(chunk=chunk, score=1.0, arms=arms)][:top_k]

    def stream(
        self, question: Question, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[StreamEvent]:
        self.questions.append(question)
        yield StatusEvent(text="searching")
        if self.error is not None:
            raise self.error
        check_question(question.text)
        while self.block is not None and not self.block.wait(0.02):
            if cancelled():
                return
        self.count += 1
        yield CitationEvent(citation=citation())
        yield from (TokenEvent(text=piece) for piece in self.pieces)
        yield CommandEvent(command=command(), language=self.language)
        answer = Answer(
            id=AnswerId(f"a{self.count}"),
            question=question.text,
            standalone_question=question.text,
            language=self.language,
            status=AnswerStatus(self.status),
            text=self.text,
            citations=(citation(),),
            commands=(command(),),
            confidence=0.97,
            notice=self.notice,
            timings_ms={"total": 3.2},
        )
        yield AnswerEvent(answer=answer)


class FakeLibrary:
    """A real notes folder without an index."""

    def __init__(self, folder: Path) -> None:
        self.vault = Vault(folder)
        self.status = IndexStatus(state="ok", notes=1, chunks=4, fingerprint="f", model="fake")
        self.error: KbError | None = None
        self.hold: threading.Event | None = None
        self.hears_cancel = True
        self.steps = 1
        self.syncs = 0

    def notes(self) -> list[NoteSummary]:
        return [
            NoteSummary(id=file.id, title=file.id.removesuffix(".md"), size_bytes=file.size_bytes)
            for file in self.vault.scan().files
        ]

    def title(self, note: NoteId) -> str:
        return next((each.title for each in self.notes() if each.id == note), "")

    def read(self, note: NoteId) -> str:
        return self.vault.read(note)

    def load(self, note: NoteId) -> NoteSource:
        return self.vault.load(note)

    def sync(
        self, on_progress: Callable[[SyncProgress], None], cancelled: Callable[[], bool]
    ) -> SyncReport:
        self.syncs += 1
        on_progress(SyncProgress(phase="scan", files_total=2))
        while self.hold is not None and not self.hold.wait(0.02):
            if self.hears_cancel and cancelled():
                return SyncReport(cancelled=True)
        for _ in range(self.steps):
            on_progress(SyncProgress(phase="index", files_total=2, files_done=2))
        if self.error is not None:
            raise self.error
        return SyncReport(added=(NOTE,), notes=1, chunks=4, kinds={ChunkKind.COMMAND: 1})


class FakeRuns:
    """Runs that echo their command line; `docker rm` destroys, `docker privileged` is refused."""

    def __init__(self) -> None:
        self._runs: dict[RunId, Run] = {}
        self.started: list[tuple[str, Mapping[str, bytes] | None]] = []
        self.callers: list[str] = []
        self.notes: list[str] = []
        self.hold: threading.Event | None = None
        self.exit_code = 0
        self.warning = "a warning\n"
        self.remark: Remark | None = None

    def start(
        self,
        text: str,
        *,
        confirm: bool,
        origin: RunOrigin = NO_ORIGIN,
        files: Mapping[str, bytes] | None = None,
        note: str = "",
        language: Language = "en",
    ) -> CommandRun:
        if "--privileged" in text:
            raise CommandRefusedError("--privileged is refused", code="privileged", hint="drop it")
        if text.startswith("docker rm") and not confirm:
            raise NeedsConfirmationError("it removes a container", victims=("web",))
        self.started.append((text, files))
        self.callers.append(origin.who)
        self.notes.append(note)
        run = Run(RunId(f"r{len(self._runs)}"), text, RunLimits(), origin=origin)
        self._runs[run.id] = run
        threading.Thread(target=self._work, args=(run,), daemon=True).start()
        return run.snapshot()

    def _work(self, run: Run) -> None:
        run.running()
        run.stdout(f"ran {run.text}\n")
        while self.hold is not None and not self.hold.wait(0.02):
            if run.stop_asked.is_set():
                run.end(RunState.STOPPED, None)
                return
        run.stderr(self.warning)
        if self.remark is not None:
            run.say(self.remark)
        run.end(RunState.EXITED, self.exit_code)

    def _find(self, run_id: RunId) -> Run:
        if run_id not in self._runs:
            raise NotFoundError(f"no run {run_id!r}")
        return self._runs[run_id]

    def get(self, run_id: RunId) -> CommandRun:
        return self._find(run_id).snapshot()

    def list(self) -> tuple[CommandRun, ...]:
        return tuple(run.snapshot() for run in reversed(self._runs.values()))

    def log(self, *, limit: int, offset: int) -> AuditPage:
        records = [AuditRecord.of(run, body={"sent": 1}) for run in self.list()]
        return AuditPage(records=tuple(records[offset:][:limit]), total=len(records))

    def events(self, run_id: RunId) -> Iterator[RunEvent]:
        return self._find(run_id).events()

    def stop(self, run_id: RunId) -> CommandRun:
        self._find(run_id).ask_to_stop()
        return self._find(run_id).snapshot()


class FakeSandbox:
    """A sandbox with one container."""

    def __init__(self) -> None:
        self.runs = FakeRuns()
        self.calls: list[str] = []
        self.old: tuple[str, ...] = ("container web", "volume data")
        self._status = SandboxStatus(state="ready", engine="Docker 20.10.24", driver="managed")

    def status(self) -> SandboxStatus:
        return self._status

    def set_status(self, status: SandboxStatus) -> None:
        self._status = status

    def start(self, *, wait: bool = True) -> SandboxStatus:
        self.calls.append("start")
        return self._status

    def stop(self) -> None:
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")

    def reset(self) -> SandboxStatus:
        self.calls.append("reset")
        return self._status

    def clean(self, *, confirm: bool, language: Language = "en") -> tuple[str, ...]:
        if self.old and not confirm:
            raise NeedsConfirmationError("cleaning removes 2 things", victims=self.old)
        self.calls.append("clean")
        removed, self.old = self.old, ()
        return removed

    def inventory(self) -> Inventory:
        port = PublishedPort(
            container_port=80,
            protocol="tcp",
            host="10.0.0.2",
            host_port=8080,
            url="http://10.0.0.2:8080/",
        )
        container = ContainerSummary(
            id="46286a4fff79" * 5 + "0000",
            name="web",
            image="nginx",
            command="nginx",
            state="running",
            status="Up 2 minutes",
            created=1.0,
            ports=(port,),
        )
        return Inventory(containers=(container,))
