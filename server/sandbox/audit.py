"""The audit log: every run with who, what, when and how it ended, one JSON object a line."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Final

from kb.model import CommandRun

_MOST_BYTES: Final = 4 * 1024 * 1024
_KEPT_FILES: Final = 4
_BLOCK_BYTES: Final = 64 * 1024


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

    A full file makes way for a new one: `runs.jsonl` becomes `runs.jsonl.1`, and so on.

    Args:
        path: The file; made, with its folder, at the first record.
        most_bytes: How large a file may grow.
        kept_files: How many files are kept, the one that grows among them.
    """

    def __init__(
        self, path: Path, *, most_bytes: int = _MOST_BYTES, kept_files: int = _KEPT_FILES
    ) -> None:
        self._path = path
        older = (path.with_name(f"{path.name}.{number}") for number in range(1, kept_files))
        self._files = (path, *older)
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def write(self, record: AuditRecord) -> None:
        """Append a record; a line is written whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        text = json.dumps(asdict(record), ensure_ascii=False, default=str) + "\n"
        line = text.encode("utf-8", "replace")
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.is_file() and self._path.stat().st_size + len(line) > self._most_bytes:
                self._make_way()
            _append(self._path, line)

    def read(self, *, limit: int = 100, offset: int = 0) -> AuditPage:
        """Return a part of the log.

        Args:
            limit: How many records at the most.
            offset: How many of the newest to leave out.

        Raises:
            OSError: The file is there and cannot be read.
        """
        with self._lock:
            files = [file for file in self._files if file.exists()]
            total = sum(map(_count_lines, files))
            first = min(offset, total)
            lines = chain.from_iterable(map(_lines_from_end, files))
            parsed = [_parse(line) for line in islice(lines, first, first + limit)]
        return AuditPage(records=tuple(each for each in parsed if each), total=total)

    def _make_way(self) -> None:
        """Rename the files, each to the next older name; the oldest goes."""
        for newer, older in reversed(list(pairwise(self._files))):
            if newer.exists():
                newer.replace(older)


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        try:
            _write_all(handle, line)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    """Write all of it: the system may take less at once."""
    while data:
        data = data[os.write(handle, data) :]


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK_BYTES), b""))


def _lines_from_end(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, the last first, without reading more of it than is asked for."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        begun: list[bytes] = []
        """The pieces of a line whose start is still to be read, the last first."""
        while position:
            size = min(_BLOCK_BYTES, position)
            position -= size
            file.seek(position)
            head, *lines = file.read(size).split(b"\n")
            if lines:
                *whole, tail = lines
                yield from filter(None, (b"".join((tail, *reversed(begun))), *reversed(whole)))
                begun.clear()
            begun.append(head)
        yield from filter(None, (b"".join(reversed(begun)),))


def _parse(line: bytes) -> AuditRecord | None:
    try:
        return AuditRecord(**json.loads(line))
    except (ValueError, TypeError):
        return None
