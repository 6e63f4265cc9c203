"""One run: its output as it comes, for any number of readers, and the handle that stops it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from kb.model import CommandRun, Remark, RunEvent, RunId, RunOrigin, RunState
from server.sandbox.kept_runs import EndedRun
from server.sandbox.remarks import ROOM_FOR_REMARKS
from server.sandbox.remarks import remark as make_remark
from server.sandbox.sanitize import TerminalText, cut_text
from server.sandbox.settings import RunLimits

_JOINED_CHARS = 4096
"""Output that no reader has seen yet is joined to pieces of about this size."""
NO_ORIGIN = RunOrigin()
ENDED = frozenset({RunState.EXITED, RunState.FAILED, RunState.STOPPED})


class Run:
    """A run that a worker writes and readers follow; safe to use from any thread.

    Args:
        run_id: Its id.
        text: The final command line.
        limits: How much output is kept.
        origin: Where it comes from.
    """

    def __init__(
        self, run_id: RunId, text: str, limits: RunLimits, *, origin: RunOrigin = NO_ORIGIN
    ) -> None:
        self.id = run_id
        self.text = text
        self.origin = origin
        self.started = time.time()
        self._clock = time.monotonic()
        self._limits = limits
        self._changed = threading.Condition()
        self._events: list[RunEvent] = [RunEvent(kind="status", text=RunState.STARTING.value)]
        self._state = RunState.STARTING
        self._exit_code: int | None = None
        self._duration_s = 0.0
        self._delivered = 0
        self._bytes = 0
        self._truncated = False
        self._streams = {"stdout": TerminalText(), "stderr": TerminalText()}
        self._stop_asked = threading.Event()
        self._closers: list[Callable[[], None]] = []

    @classmethod
    def restored(cls, ended: EndedRun, limits: RunLimits) -> Run:
        """Return a run that has ended before, for readers only."""
        before = ended.run
        run = cls(before.id, before.text, limits, origin=before.origin)
        run.started = before.started
        for event in ended.output:
            if event.remark is None:
                run._publish(event.kind, event.text)
            else:
                run.say(event.remark)
        run._truncated = before.truncated
        run.end(before.state, before.exit_code)
        run._duration_s = before.duration_s
        return run

    # --- what the worker does ------------------------------------------------------------

    def stdout(self, data: bytes | str) -> None:
        """Add to the standard output."""
        self._write("stdout", data)

    def stderr(self, data: bytes | str) -> None:
        """Add to the error output."""
        self._write("stderr", data)

    def say(self, remark: Remark) -> None:
        """Add something of our own to the error output, also where output has been cut.

        Only remarks without end are cut too.
        """
        size = len(remark.text.encode("utf-8", "replace"))
        with self._changed:
            room = self._limits.output_bytes + ROOM_FOR_REMARKS - self._bytes
            if size <= room and self._state not in ENDED:
                self._bytes += size
                self._add_output("stderr", remark.text, remark)

    def flush(self) -> None:
        """Show what waits for the rest of a character or a sequence: no more is to come."""
        for name, stream in self._streams.items():
            self._publish(name, stream.finish())

    def running(self) -> None:
        """Say that the daemon is at work."""
        with self._changed:
            if self._state is RunState.STARTING:
                self._state = RunState.RUNNING
                self._add(RunEvent(kind="status", text=RunState.RUNNING.value))

    def end(self, state: RunState, exit_code: int | None) -> None:
        """End the run; only the first end counts."""
        self.flush()
        with self._changed:
            if self._state in ENDED:
                return
            self._state = state
            self._exit_code = exit_code
            self._duration_s = time.monotonic() - self._clock
            self._add(RunEvent(kind="status", text=state.value))
            self._add(RunEvent(kind="exit", text=state.value, exit_code=exit_code))

    @property
    def stop_asked(self) -> threading.Event:
        """Set once somebody wants the run to end."""
        return self._stop_asked

    @contextlib.contextmanager
    def on_stop(self, closer: Callable[[], None]) -> Iterator[None]:
        """Have `closer` called when the run is to stop while the block lasts.

        A run that was stopped before calls it at once.
        """
        with self._changed:
            self._closers.append(closer)
            late = self._stop_asked.is_set()
        if late:
            closer()
        try:
            yield
        finally:
            with self._changed:
                self._closers.remove(closer)

    # --- what readers do -----------------------------------------------------------------

    def ask_to_stop(self) -> None:
        """Ask the worker to end the run; returns at once where nothing has to be closed."""
        with self._changed:
            self._stop_asked.set()
            closers = list(reversed(self._closers))
        for closer in closers:
            with contextlib.suppress(Exception):
                closer()

    def output(self) -> tuple[RunEvent, ...]:
        """Return what it has written so far, in order."""
        with self._changed:
            return tuple(each for each in self._events if each.kind in self._streams)

    @property
    def size_bytes(self) -> int:
        """How much output is kept."""
        with self._changed:
            return self._bytes

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        with self._changed:
            return self._state in ENDED

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False where the time ran out first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._state in ENDED, timeout_s)

    def events(self) -> Iterator[RunEvent]:
        """Yield every event from the first on, waiting for those to come; ends after `exit`."""
        seen = 0
        while True:
            with self._changed:
                while len(self._events) == seen:
                    self._changed.wait()
                fresh = self._events[seen:]
                self._delivered = max(self._delivered, len(self._events))
            seen += len(fresh)
            yield from fresh
            if fresh[-1].kind == "exit":
                return

    def snapshot(self) -> CommandRun:
        """Return the run as it is now."""
        with self._changed:
            ended = self._state in ENDED
            return CommandRun(
                id=self.id,
                text=self.text,
                state=self._state,
                exit_code=self._exit_code,
                stdout=self._text_of("stdout"),
                stderr=self._text_of("stderr"),
                truncated=self._truncated,
                started=self.started,
                origin=self.origin,
                duration_s=self._duration_s if ended else time.monotonic() - self._clock,
            )

    # --- inside --------------------------------------------------------------------------

    def _write(self, name: str, data: bytes | str) -> None:
        raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
        self._publish(name, self._streams[name].feed(raw))

    def _publish(self, name: str, text: str) -> None:
        if not text:
            return
        with self._changed:
            if self._truncated or self._state in ENDED:
                return
            room = max(self._limits.output_bytes - self._bytes, 0)
            size = len(text.encode("utf-8", "replace"))
            if size > room:
                text = text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
                text = cut_text(text, len(text))
            self._bytes += min(size, room)
            self._add_output(name, text)
            if size > room:
                self._truncated = True
                told = make_remark("output_cut", bytes=self._limits.output_bytes)
                self._add_output("stderr", told.text, told)

    def _add_output(self, name: str, text: str, remark: Remark | None = None) -> None:
        if not text:
            return
        last = self._events[-1]
        unseen = len(self._events) > self._delivered
        joins = last.kind == name and len(last.text) < _JOINED_CHARS
        if joins and unseen and last.remark is None and remark is None:
            self._events[-1] = replace(last, text=last.text + text)
        else:
            kind: Literal["stdout", "stderr"] = "stdout" if name == "stdout" else "stderr"
            self._add(RunEvent(kind=kind, text=text, remark=remark))

    def _add(self, event: RunEvent) -> None:
        self._events.append(event)
        self._changed.notify_all()

    def _text_of(self, kind: str) -> str:
        return "".join(event.text for event in self._events if event.kind == kind)
