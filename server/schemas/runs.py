"""Runs of commands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, Field

from kb.model import CommandRun
from server.sandbox.audit import AuditPage, AuditRecord
from server.sandbox.sanitize import cut_text

MAX_LISTED_CHARS = 2000
"""A list holds so much of each stream; the run itself has it all."""


class StartedRunBody(BaseModel):
    """A run was started."""

    run_id: str


class RunBody(BaseModel):
    """A run as it is now."""

    run_id: str
    text: str
    state: Literal["starting", "running", "exited", "failed", "stopped"]
    exit_code: int | None
    stdout: str
    stderr: str
    truncated: bool
    duration_s: float
    started: float = Field(description="POSIX time in seconds.")
    command: str = Field("", description="The offered command that it ran, if it was none typed.")
    answer: str = Field("", description="The answer whose card it was started from, if any.")
    values: dict[str, str] = Field(
        default_factory=dict, description="What was given for the slots of the offered command."
    )

    @classmethod
    def of(cls, run: CommandRun) -> RunBody:
        """Turn a run into its wire shape."""
        return cls(
            run_id=run.id,
            text=run.text,
            state=run.state.value,
            exit_code=run.exit_code,
            stdout=run.stdout,
            stderr=run.stderr,
            truncated=run.truncated,
            duration_s=run.duration_s,
            started=run.started,
            command=run.origin.command,
            answer=run.origin.answer,
            values=dict(run.origin.values),
        )

    @classmethod
    def brief(cls, run: CommandRun) -> RunBody:
        """Turn a run into its wire shape, with only the beginning of a long output."""
        whole = cls.of(run)
        streams = {"stdout": run.stdout, "stderr": run.stderr}
        shown = {name: cut_text(text, MAX_LISTED_CHARS) for name, text in streams.items()}
        is_cut = shown != streams
        return whole.model_copy(update={**shown, "truncated": run.truncated or is_cut})


class RunRecordBody(BaseModel):
    """A run as the audit log has it, or one in progress, of which it has nothing yet."""

    run_id: str
    who: str = Field(description="What asked for it: `page`, `cli`, `mcp` or `api`.")
    started: float = Field(description="POSIX time in seconds.")
    duration_s: float
    text: str
    state: str
    exit_code: int | None
    body: dict[str, object] = Field(description="What was sent to the daemon.")

    @classmethod
    def of(cls, record: AuditRecord) -> RunRecordBody:
        """Turn a record into its wire shape."""
        return cls.model_validate(asdict(record))


class RunLogBody(BaseModel):
    """Runs in progress and the audit log, newest first."""

    runs: list[RunRecordBody]
    total: int
    next_offset: int | None = None

    @classmethod
    def of(cls, page: AuditPage, *, next_offset: int | None) -> RunLogBody:
        """Turn a part of the log into its wire shape."""
        runs = [RunRecordBody.of(record) for record in page.records]
        return cls(runs=runs, total=page.total, next_offset=next_offset)


class RunListBody(BaseModel):
    """Runs, newest first."""

    runs: list[RunBody]
    total: int
    next_offset: int | None = None
