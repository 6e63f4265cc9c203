"""The audit log: every run with who, what, when and how it ended, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kb.model import CommandRun


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A run that is over."""

    run_id: str
    who: str
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
    def of(cls, run: CommandRun, *, who: str, body: Mapping[str, object]) -> AuditRecord:
        """Return the record of a run that has ended."""
        return cls(
            run_id=run.id,
            who=who,
            started=run.started,
            duration_s=run.duration_s,
            text=run.text,
            state=run.state.value,
            exit_code=run.exit_code,
            body=body,
        )


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

    def read(self, *, last: int = 100) -> tuple[AuditRecord, ...]:
        """Return the last records, newest first; a damaged line is left out."""
        if not self._path.exists():
            return ()
        records: list[AuditRecord] = []
        for line in reversed(self._path.read_text("utf-8", "replace").splitlines()):
            record = _parse(line)
            if record is not None:
                records.append(record)
            if len(records) == last:
                break
        return tuple(records)


def _parse(line: str) -> AuditRecord | None:
    try:
        return AuditRecord(**json.loads(line))
    except (ValueError, TypeError):
        return None
