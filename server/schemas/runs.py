"""Runs of commands."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from kb.model import CommandRun


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
        )


class RunListBody(BaseModel):
    """Runs, newest first."""

    runs: list[RunBody]
    total: int
    next_offset: int | None = None
