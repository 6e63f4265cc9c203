"""The runs: started, followed, stopped, and written down."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from kb.errors import BusyError, KbError, NotFoundError
from kb.model import CommandRun, Language, RunEvent, RunId, RunOrigin, RunState
from server.sandbox.audit import AuditLog, AuditPage, AuditRecord
from server.sandbox.kept_runs import KeptRuns
from server.sandbox.remarks import failure, remark
from server.sandbox.run import ENDED, NO_ORIGIN, Run
from server.sandbox.settings import RunLimits

_log = logging.getLogger("kb.run")

_STOP_PATIENCE_S = 15.0
"""How long a stopped run may take to end by itself before it is given up."""


class PreparedRun(Protocol):
    """A command that passed the policy and waits to be executed."""

    @property
    def text(self) -> str:
        """The final command line."""

    def execute(self, run: Run) -> int:
        """Do it, writing to the run, and return the exit code the CLI would give."""

    def describe(self) -> Mapping[str, object]:
        """Return what was, or will be, sent to the daemon, for the audit log."""


class Preparer(Protocol):
    """Turns a command line into a run, or says why not."""

    def prepare(
        self,
        text: str,
        *,
        confirm: bool,
        files: Mapping[str, bytes] | None = None,
        note: str = "",
        language: Language = "en",
    ) -> PreparedRun:
        """Parse and check a command line; nothing is sent that changes anything."""


class RunBook:
    """All runs of a sandbox; safe to use from any thread.

    Args:
        preparer: Parses and checks command lines.
        limits: Time, output and number of runs.
        audit: Where runs are recorded.
        kept: Where ended runs are kept beyond the server; None keeps none.
        on_end: Told of every run that has ended.
    """

    def __init__(
        self,
        preparer: Preparer,
        limits: RunLimits,
        audit: AuditLog,
        *,
        kept: KeptRuns | None = None,
        on_end: Callable[[CommandRun], None] | None = None,
    ) -> None:
        self._preparer = preparer
        self._limits = limits
        self._audit = audit
        self._kept = kept
        self._on_end = on_end
        self._lock = threading.Lock()
        before = [] if kept is None else kept.read()
        self._runs = {each.run.id: Run.restored(each, limits) for each in before}

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
        """Start a command line and return its run at once.

        Args:
            text: A docker command line.
            confirm: The user has agreed to what a destroying command removes.
            origin: Where it comes from.
            files: The note's own files by relative path, for `build` and `compose`.
            note: The path of the note that the line comes from; names its Compose project.
            language: Of what is said about it.

        Raises:
            CommandRefusedError: The policy does not let it run; nothing was sent to the daemon.
            NeedsValuesError: Placeholders are left in the line.
            NeedsConfirmationError: It destroys something and `confirm` is False.
            BusyError: Too many runs at once.
            SandboxError: There is no sandbox.
        """
        prepared = self._preparer.prepare(
            text, confirm=confirm, files=files, note=note, language=language
        )
        run = Run(RunId(uuid.uuid4().hex), prepared.text, self._limits, origin=origin)
        self._admit(run)
        threading.Thread(
            target=self._work, args=(run, prepared), name=f"run-{run.id[:8]}", daemon=True
        ).start()
        return run.snapshot()

    def get(self, run_id: RunId) -> CommandRun:
        """Return a run as it is now.

        Raises:
            NotFoundError: There is no such run.
        """
        return self._find(run_id).snapshot()

    def list(self) -> tuple[CommandRun, ...]:
        """Return the runs, newest first."""
        with self._lock:
            runs = list(self._runs.values())
        return tuple(run.snapshot() for run in reversed(runs))

    def log(self, *, limit: int, offset: int) -> AuditPage:
        """Return runs, newest first: those in progress, then what the audit log holds.

        Of a run in progress it is not yet told what was sent.
        """
        running = [run for run in self.list() if run.state not in ENDED]
        shown = running[offset:][:limit]
        ended = self._audit.read(limit=limit - len(shown), offset=max(0, offset - len(running)))
        recorded = {record.run_id for record in ended.records}  # one may have ended meanwhile
        records = [AuditRecord.of(run, body={}) for run in shown if run.id not in recorded]
        return AuditPage(records=(*records, *ended.records), total=len(running) + ended.total)

    def events(self, run_id: RunId) -> Iterator[RunEvent]:
        """Yield a run's events from its first on; ends after `exit`.

        Raises:
            NotFoundError: There is no such run.
        """
        return self._find(run_id).events()

    def stop(self, run_id: RunId) -> CommandRun:
        """Ask a run to end; returns at once. A run that is over stays as it is.

        Raises:
            NotFoundError: There is no such run.
        """
        run = self._find(run_id)
        if not run.ended:
            threading.Thread(target=_stop, args=(run,), name="run-stop", daemon=True).start()
        return run.snapshot()

    def stop_all(self, *, timeout_s: float = 10.0) -> None:
        """Stop every run and wait for their ends."""
        with self._lock:
            running = [run for run in self._runs.values() if not run.ended]
        for run in running:
            self.stop(run.id)
        deadline = time.monotonic() + timeout_s
        for run in running:
            run.wait(max(0.0, deadline - time.monotonic()))

    def _find(self, run_id: RunId) -> Run:
        with self._lock:
            run = self._runs.get(run_id)
        if run is None:
            raise NotFoundError(f"no run {run_id!r}", hint="only the last runs are kept")
        return run

    def _admit(self, run: Run) -> None:
        with self._lock:
            active = sum(not each.ended for each in self._runs.values())
            if active >= self._limits.parallel_runs:
                raise BusyError(
                    f"{active} commands are running already",
                    hint="wait for one to end, or stop one",
                )
            self._forget_oldest()
            self._runs[run.id] = run

    def _forget_oldest(self) -> None:
        """Make room for one more run, in number and in memory."""
        ended = [each for each in self._runs.values() if each.ended]
        kept_bytes = sum(each.size_bytes for each in self._runs.values())
        for position, each in enumerate(ended):
            few = len(ended) - position < self._limits.kept_runs
            if few and kept_bytes <= self._limits.kept_bytes:
                return
            kept_bytes -= each.size_bytes
            del self._runs[each.id]
            if self._kept is not None:
                self._kept.forget(each.id)

    def _work(self, run: Run, prepared: PreparedRun) -> None:
        timer = threading.Timer(self._limits.time_s, _time_out, args=(run, self._limits.time_s))
        timer.daemon = True
        timer.start()
        state, code = RunState.FAILED, None
        try:
            state, code = _execute(run, prepared)
            self._record(run, prepared, state, code)
            self._keep(run, state, code)
        finally:
            timer.cancel()
            run.end(state, code)
        if self._on_end is not None:
            self._on_end(run.snapshot())

    def _record(self, run: Run, prepared: PreparedRun, state: RunState, code: int | None) -> None:
        """Write the run down before anybody sees its end."""
        ended = replace(run.snapshot(), state=state, exit_code=code)
        try:
            self._audit.write(AuditRecord.of(ended, body=prepared.describe()))
        except OSError as error:
            run.say(remark("not_recorded", error=str(error)))

    def _keep(self, run: Run, state: RunState, code: int | None) -> None:
        """Keep the run's output beyond this server, before anybody sees its end."""
        if self._kept is None:
            return
        run.flush()
        ended = replace(run.snapshot(), state=state, exit_code=code)
        try:
            self._kept.keep(ended, run.output())
        except OSError as error:
            _log.warning("a run's output could not be kept: %s", error, extra={"run_id": run.id})


def _execute(run: Run, prepared: PreparedRun) -> tuple[RunState, int | None]:
    """Do it; a run ends, whatever breaks."""
    try:
        code = prepared.execute(run)
    except KbError as error:
        run.say(failure(error))
        return _ended_as(run, RunState.FAILED), None
    except Exception as error:  # noqa: BLE001 - see above
        _log.exception("a run broke", extra={"run_id": run.id})
        run.say(remark("broke", error=f"{type(error).__name__}: {error}"))
        return _ended_as(run, RunState.FAILED), None
    return _ended_as(run, RunState.EXITED), code


def _ended_as(run: Run, otherwise: RunState) -> RunState:
    return RunState.STOPPED if run.stop_asked.is_set() else otherwise


def _stop(run: Run) -> None:
    run.ask_to_stop()
    if not run.wait(_STOP_PATIENCE_S):
        run.say(remark("given_up"))
        run.end(RunState.STOPPED, None)


def _time_out(run: Run, time_s: float) -> None:
    if not run.ended:
        run.say(remark("timed_out", seconds=time_s))
        _stop(run)
