"""What the API asks of the rooms behind it: protocols that the real parts and fakes fulfil."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from ingest.report import IndexStatus, SyncProgress, SyncReport
from ingest.vault import NoteSource
from kb.assistant import StreamEvent
from kb.model import (
    Answer,
    CommandRun,
    Filters,
    Hit,
    Language,
    NoteId,
    NoteSummary,
    Question,
    RunEvent,
    RunId,
    RunOrigin,
)
from server.sandbox.audit import AuditPage
from server.sandbox.state import Inventory, SandboxStatus


class Answerer(Protocol):
    """Answers and searches; `kb.assistant.Assistant` is one."""

    def ask(self, question: Question) -> Answer:
        """Answer a question."""

    def search(self, text: str, *, top_k: int, filters: Filters | None = None) -> list[Hit]:
        """Return the best chunks for a query."""

    def stream(
        self, question: Question, *, cancelled: Callable[[], bool] = ...
    ) -> Iterator[StreamEvent]:
        """Yield the answer as it is made; the last event holds it whole."""


class Library(Protocol):
    """The notes and their index."""

    @property
    def status(self) -> IndexStatus:
        """How the index is; cheap, never waits."""

    def notes(self) -> list[NoteSummary]:
        """Return the indexed notes by path."""

    def title(self, note: NoteId) -> str:
        """Return a note's title."""

    def read(self, note: NoteId) -> str:
        """Return the decoded source of a note as it is now."""

    def load(self, note: NoteId) -> NoteSource:
        """Return a note as it is now, with the digest of its bytes."""

    def sync(
        self,
        on_progress: Callable[[SyncProgress], None],
        cancelled: Callable[[], bool],
    ) -> SyncReport:
        """Make the index follow the notes folder; one sync at a time."""


class RunKeeper(Protocol):
    """Starts and keeps runs; `server.sandbox.runbook.RunBook` is one."""

    def start(
        self,
        text: str,
        *,
        confirm: bool,
        origin: RunOrigin = ...,
        files: Mapping[str, bytes] | None = None,
        note: str = "",
        language: Language = "en",
    ) -> CommandRun:
        """Start a command line and return its run at once."""

    def get(self, run_id: RunId) -> CommandRun:
        """Return a run as it is now."""

    def list(self) -> tuple[CommandRun, ...]:
        """Return the runs, newest first."""

    def log(self, *, limit: int, offset: int) -> AuditPage:
        """Return runs in progress and a part of the audit log, newest first."""

    def events(self, run_id: RunId) -> Iterator[RunEvent]:
        """Yield a run's events from its first on; ends after `exit`."""

    def stop(self, run_id: RunId) -> CommandRun:
        """Ask a run to end; returns at once."""


class SandboxPort(Protocol):
    """The sandbox; `server.sandbox.service.Sandbox` is one."""

    @property
    def runs(self) -> RunKeeper:
        """The runs."""

    def status(self) -> SandboxStatus:
        """Return the sandbox's state; never waits."""

    def start(self, *, wait: bool = True) -> SandboxStatus:
        """Bring the daemon up."""

    def stop(self) -> None:
        """End every run and the daemon; the data stays."""

    def close(self) -> None:
        """Stop for good."""

    def reset(self) -> SandboxStatus:
        """Delete everything in the sandbox and start anew."""

    def clean(self, *, confirm: bool, language: Language = "en") -> tuple[str, ...]:
        """Remove what lies about unused for more than a day; says what it was."""

    def inventory(self) -> Inventory:
        """Return what is in the sandbox."""
