"""The audit log: every run with who, what, when and how it ended, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kb.model import CommandRun


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A run, as a rule one that is over."""

    run_id: str
    who: str
    """What asked for it: `page`, `cli`, `mcp` or `api`."""
    started: float
    """POSIX time in seconds."""
    duration_s: float
    text: str
    """The final command line."""
    state: str
    exit_code: int | None
    body: Mapping[str, object] = field(default_factory=dict)
    """What was sent to the daemon."""

    @classmethod
    def of(cls, run: CommandRun, *, body: Mapping[str, object]) -> AuditRecord:
        """Return the record of a run as it is."""
        return cls(
            run_id=run.id,
            who=run.origin.who,
            started=run.started,
            duration_s=run.duration_s,
            text=run.text,
            state=run.state.value,
            exit_code=run.exit_code,
            body=body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A part of the log, newest first."""

    records: tuple[AuditRecord, ...]
    """Without those whose line is damaged."""
    total: int
    """How many lines the log has."""


class AuditLog:
    """Appends records to a file that only its owner can read.

    Args:
        path: The file; made, with its folder, at the first record.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, record: AuditRecord) -> None:
        """Append a record; a line is written whole or not at all."""
        line = json.dumps(asdict(record), ensure_ascii=False, default=str) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            handle = os.open(self._path, flags, 0o600)
            try:
                os.write(handle, line.encode("utf-8", "replace"))
            finally:
                os.close(handle)

    def read(self, *, limit: int = 100, offset: int = 0) -> AuditPage:
        """Return a part of the log.

        Args:
            limit: How many records at the most.
            offset: How many of the newest to leave out.

        Raises:
            OSError: The file is there and cannot be read.
        """
        if not self._path.exists():
            return AuditPage(records=(), total=0)
        total = 0
        newest: deque[str] = deque(maxlen=limit + offset)
        with self._path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                total += 1
                newest.append(line)
        wanted = list(newest)[: max(0, min(total - offset, limit))]
        parsed = (_parse(line) for line in reversed(wanted))
        return AuditPage(records=tuple(each for each in parsed if each), total=total)


def _parse(line: str) -> AuditRecord | None:
    try:
        return AuditRecord(**json.loads(line))
    except (ValueError, TypeError):
        return None
