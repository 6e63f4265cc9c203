"""The sandbox as the rest of the program sees it: one daemon, its state, and the runs on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from kb.errors import KbError, SandboxError
from kb.model import CommandRun, Language
from server.sandbox.audit import AuditLog
from server.sandbox.choose import choose_driver
from server.sandbox.cleaning import clean
from server.sandbox.driver import Endpoint, SandboxDriver
from server.sandbox.engine import Engine, connect
from server.sandbox.inventory import take_inventory
from server.sandbox.kept_runs import KeptRuns
from server.sandbox.prepare import CommandPreparer
from server.sandbox.runbook import RunBook
from server.sandbox.settings import SandboxSettings
from server.sandbox.state import Inventory, SandboxState, SandboxStatus

_WATCH_EVERY_S = 3.0


class Sandbox:
    """Starts, watches and ends the sandbox daemon; safe to use from any thread.

    Nothing is started before `start`, or before the first run.

    Args:
        settings: Where it lives and what it may take.
        driver: The driver to use; by default the one that the settings name, and with `auto` the
            first that can work when it is wanted.
        on_run_end: Told of every run that has ended.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        driver: SandboxDriver | None = None,
        on_run_end: Callable[[CommandRun], None] | None = None,
    ) -> None:
        self._settings = settings
        self._chooses = driver is None and settings.mode == "auto"
        self._driver = driver or choose_driver(settings)
        self._life = threading.RLock()  # held while the daemon is started, stopped or reset
        self._view = threading.Lock()  # guards what `status` reads; never held for long
        self._status = self._first_status()
        self._engine: Engine | None = None
        self._wanted = False
        self._watch: threading.Thread | None = None
        self._closed = threading.Event()
        preparer = CommandPreparer(
            self.engine,
            rules=settings.rules,
            context_dir=settings.context_dir,
            compose_dir=settings.sandbox_dir / "compose",
        )
        self.runs = RunBook(
            preparer,
            settings.run_limits,
            AuditLog(settings.audit_file),
            kept=KeptRuns(settings.kept_runs_dir, most_chars=settings.run_limits.stored_chars),
            on_end=on_run_end,
        )

    def status(self) -> SandboxStatus:
        """Return the sandbox's state; never waits."""
        with self._view:
            return self._status

    def start(self, *, wait: bool = True) -> SandboxStatus:
        """Bring the daemon up, unless it is up.

        Args:
            wait: Return when it is ready; else at once, while it starts behind.

        Raises:
            SandboxError: It cannot be had (only with `wait`).
        """
        if self._settings.mode == "off":
            if wait:
                self._driver.start()
            return self.status()
        if wait:
            self.engine()
        elif self.status().state not in {"ready", "starting"} and not self._closed.is_set():
            self._set(replace(self.status(), state="starting", message="", reasons=()))
            threading.Thread(target=self._start_quietly, name="sandbox-start", daemon=True).start()
        return self.status()

    def engine(self) -> Engine:
        """Return the running daemon, started if need be.

        Raises:
            SandboxError: It cannot be had, or the sandbox is closed.
        """
        with self._life:
            if self._engine is not None and self._is_up(self._engine):
                return self._engine
            return self._bring_up()

    def stop(self) -> None:
        """End every run and the daemon; the data stays."""
        self._wanted = False
        self.runs.stop_all()
        with self._life:
            self._take_down()
            self._set(self._first_status())

    def close(self) -> None:
        """Stop for good, with the watch."""
        self._closed.set()
        self.stop()

    def reset(self) -> SandboxStatus:
        """Stop, delete everything in the sandbox, and start anew.

        Raises:
            SandboxError: The daemon's data is not ours to delete (then nothing was stopped), cannot
                be deleted, or it does not start again.
        """
        if reason := self._driver.why_no_reset():
            raise reason
        self.runs.stop_all()
        with self._life:
            self._take_down()
            try:
                self._driver.reset()
            except KbError as error:
                self._tell_failure(error)
                raise
            self._bring_up()
        return self.status()

    def inventory(self) -> Inventory:
        """Return what is in the sandbox; empty while there is no daemon."""
        engine = self._engine
        if engine is None or self.status().state != "ready":
            return Inventory()
        return take_inventory(engine)

    def clean(self, *, confirm: bool, language: Language = "en") -> tuple[str, ...]:
        """Remove what lies about unused for more than a day; says in the language what it was.

        Raises:
            NeedsConfirmationError: Something would go, and `confirm` is False.
            SandboxError: There is no daemon, or it does not answer.
        """
        return clean(self.engine(), confirm=confirm, language=language)

    # --- inside --------------------------------------------------------------------------

    def _first_status(self) -> SandboxStatus:
        if self._driver.name != "off":
            return SandboxStatus(
                state="off",
                driver=self._driver.name,
                message="not started yet",
                reasons=("not_started",),
            )
        try:
            self._driver.start()
        except SandboxError as error:
            switched_off = self._settings.mode == "off"
            return SandboxStatus(
                state="off",
                message=_one_line(error),
                reasons=error.reasons,
                switched_off=switched_off,
            )
        return SandboxStatus(state="off")

    def _bring_up(self) -> Engine:
        """Start the daemon; called with `_life` held, which `close` takes after it has said so."""
        if self._closed.is_set():
            raise SandboxError(
                "the sandbox is closed", reason="shutting_down", hint="start the server again"
            )
        self._wanted = True
        if self._chooses and self._driver.name == "off":
            self._driver = choose_driver(self._settings)  # there may be an engine by now
        self._set(SandboxStatus(state="starting", driver=self._driver.name))
        self._take_down()
        try:
            endpoint, engine = self._start_driver()
        except KbError as error:
            self._driver.stop()
            self._tell_failure(error)
            raise
        self._engine = engine
        self._set(
            SandboxStatus(
                state="ready",
                engine=engine.name,
                driver=self._driver.name,
                message=endpoint.unlimited_data,
                reasons=("data_unlimited",) if endpoint.unlimited_data else (),
            )
        )
        self._start_watch()
        return engine

    def _start_driver(self) -> tuple[Endpoint, Engine]:
        try:
            endpoint = self._driver.start()
        except OSError as error:
            raise SandboxError(
                f"the sandbox cannot be started: {error}", reason="start_failed"
            ) from error
        return endpoint, connect(endpoint, alive=self._may_come_up, settings=self._settings)

    def _may_come_up(self) -> bool:
        """Tell whether it is worth waiting: a server that stops waits for no daemon."""
        return self._driver.alive() and not self._closed.is_set()

    def _tell_failure(self, error: KbError) -> None:
        state: SandboxState = "off" if self._driver.name == "off" else "unavailable"
        self._set(
            SandboxStatus(
                state=state,
                driver=self._driver.name,
                message=_one_line(error),
                reasons=error.reasons if isinstance(error, SandboxError) else ("start_failed",),
            )
        )

    def _take_down(self) -> None:
        self._engine = None
        self._driver.stop()

    def _start_quietly(self) -> None:
        try:
            self.engine()
        except KbError:
            return  # the status tells

    def _start_watch(self) -> None:
        if self._watch is None:
            self._watch = threading.Thread(target=self._keep_up, name="sandbox-watch", daemon=True)
            self._watch.start()

    def _keep_up(self) -> None:
        """Restart a daemon that died; give up after a failed restart until it is asked for."""
        while not self._closed.wait(_WATCH_EVERY_S):
            if self._has_died():
                self._restart()

    def _has_died(self) -> bool:
        engine = self._engine
        return self._wanted and engine is not None and not self._is_up(engine)

    def _restart(self) -> None:
        with self._life:
            if self._closed.is_set() or not self._has_died():
                return  # it was stopped, or started anew, while this waited
            died = replace(self.status(), message="the daemon died", reasons=("restarting",))
            self._set(replace(died, state="starting"))
            self._start_quietly()

    def _is_up(self, engine: Engine) -> bool:
        return self._driver.alive() and engine.listens()

    def _set(self, status: SandboxStatus) -> None:
        with self._view:
            self._status = status


def _one_line(error: KbError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message
