"""The sandbox's life with drivers that fail, on a daemon that is a few answers."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from kb.errors import SandboxError
from server.sandbox import choose
from server.sandbox.driver import Endpoint
from server.sandbox.external import ExternalDriver
from server.sandbox.service import Sandbox
from server.sandbox.settings import SandboxSettings
from tests.waiting import PATIENCE_S, wait_until


class _Daemon(socketserver.ThreadingUnixStreamServer):
    """Answers as a labelled daemon; `full` is one whose disk takes no image."""

    daemon_threads = True
    full = False


class _Handler(BaseHTTPRequestHandler):
    server: _Daemon

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be silent."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/info"):
            self._answer(200, {"Labels": ["kb.sandbox=test"]})
        elif path.endswith("/version"):
            self._answer(200, {"ApiVersion": "1.41"})
        elif self.server.full:
            self._answer(500, {"message": "no space left on device"})
        else:
            self._answer(200, [] if path.endswith("/json") and "busybox" not in path else {})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[_Daemon]:
    with _Daemon(str(tmp_path / "d.sock"), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path, daemon: _Daemon) -> SandboxSettings:
    host = f"unix://{daemon.server_address}"
    return SandboxSettings(state_dir=tmp_path, mode="external", host=host)


def test_a_reset_that_is_refused_stops_nothing(settings: SandboxSettings) -> None:
    sandbox = Sandbox(settings)
    sandbox.start()
    engine = sandbox.engine()
    with pytest.raises(SandboxError, match="reset where it runs"):
        sandbox.reset()
    assert sandbox.status().state == "ready"
    assert sandbox.engine() is engine
    sandbox.close()


def test_a_reset_that_fails_is_told(settings: SandboxSettings) -> None:
    class Stuck(ExternalDriver):
        def why_no_reset(self) -> None:  # type: ignore[override]
            """It is its own, as far as it knows."""

        def reset(self) -> None:
            raise SandboxError("the data cannot be deleted", reason="data_kept")

    sandbox = Sandbox(settings, driver=Stuck(settings.host))
    sandbox.start()
    with pytest.raises(SandboxError, match="cannot be deleted"):
        sandbox.reset()
    status = sandbox.status()
    assert (status.state, status.message) == ("unavailable", "the data cannot be deleted")
    assert status.reasons == ("data_kept",)
    sandbox.close()


def test_a_daemon_that_cannot_take_its_first_image_is_told_and_tried_again(
    settings: SandboxSettings, daemon: _Daemon
) -> None:
    daemon.full = True
    sandbox = Sandbox(settings)
    sandbox.start(wait=False)
    _wait_for_end_of_start(sandbox)
    assert sandbox.status().state == "unavailable"
    assert "no space left on device" in sandbox.status().message
    assert sandbox.status().reasons == ("set_up_failed",)
    daemon.full = False
    assert sandbox.start().state == "ready"
    sandbox.close()


def test_a_driver_that_cannot_write_is_told(settings: SandboxSettings) -> None:
    class ReadOnly(ExternalDriver):
        def start(self) -> Endpoint:
            raise OSError(30, "Read-only file system")

    sandbox = Sandbox(settings, driver=ReadOnly(settings.host))
    assert sandbox.status().reasons == ("not_started",)
    with pytest.raises(SandboxError, match="Read-only file system"):
        sandbox.start()
    assert sandbox.status().state == "unavailable"
    assert sandbox.status().reasons == ("start_failed",)
    sandbox.close()


def test_auto_chooses_again_when_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker Desktop may be started after the server."""
    reason = SandboxError("none", reason="no_engine")
    monkeypatch.setattr(choose, "why_not_managed", lambda: reason)
    monkeypatch.setattr(choose, "why_not_dind", lambda: reason)
    sandbox = Sandbox(SandboxSettings(state_dir=tmp_path))
    with pytest.raises(SandboxError):
        sandbox.start()
    assert (sandbox.status().state, sandbox.status().driver) == ("off", "off")
    monkeypatch.setattr(choose, "why_not_dind", lambda: None)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    sandbox.start(wait=False)
    _wait_for_end_of_start(sandbox)
    assert (sandbox.status().state, sandbox.status().driver) == ("unavailable", "dind")
    sandbox.close()


def _wait_for_end_of_start(sandbox: Sandbox) -> None:
    wait_until(lambda: sandbox.status().state != "starting")


def test_closing_waits_for_no_daemon_that_does_not_come(tmp_path: Path) -> None:
    host = f"unix://{tmp_path}/nobody.sock"
    settings = SandboxSettings(state_dir=tmp_path, mode="external", host=host, start_timeout_s=60.0)
    sandbox = Sandbox(settings)
    sandbox.start(wait=False)
    wait_until(lambda: sandbox.status().state == "starting")
    closing = threading.Thread(target=sandbox.close)
    closing.start()
    closing.join(timeout=20)
    assert not closing.is_alive()
    assert sandbox.status().state in {"off", "unavailable"}


class _Counting(ExternalDriver):
    """Counts its starts; dies when it is told to."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.starts = 0
        self.is_dead = False

    def start(self) -> Endpoint:
        self.starts += 1
        self.is_dead = False
        return super().start()

    def alive(self) -> bool:
        return not self.is_dead and super().alive()


def test_a_closed_sandbox_starts_no_daemon(settings: SandboxSettings) -> None:
    driver = _Counting(settings.host)
    sandbox = Sandbox(settings, driver=driver)
    sandbox.start()
    sandbox.close()
    with pytest.raises(SandboxError) as caught:
        sandbox.engine()
    assert (caught.value.reasons, driver.starts) == (("shutting_down",), 1)
    assert caught.value.hint
    sandbox.start(wait=False)
    wait_until(lambda: sandbox.status().state != "starting")
    assert driver.starts == 1


def test_the_watch_raises_no_daemon_that_was_stopped_meanwhile(
    settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sandbox.service._WATCH_EVERY_S", 0.01)
    looked, stopped = threading.Event(), threading.Event()

    class Stopping(_Counting):
        def alive(self) -> bool:
            if threading.current_thread().name == "sandbox-watch" and self.is_dead:
                looked.set()
                stopped.wait(PATIENCE_S)
            return super().alive()

    driver = Stopping(settings.host)
    sandbox = Sandbox(settings, driver=driver)
    sandbox.start()
    driver.is_dead = True
    assert looked.wait(PATIENCE_S)
    sandbox.stop()
    stopped.set()
    assert not threading.Event().wait(0.2)
    assert (driver.starts, sandbox.status().state) == (1, "off")
    sandbox.close()


def test_the_watch_restarts_a_daemon_that_died(
    settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sandbox.service._WATCH_EVERY_S", 0.01)
    driver = _Counting(settings.host)
    sandbox = Sandbox(settings, driver=driver)
    sandbox.start()
    driver.is_dead = True
    wait_until(lambda: driver.starts == 2 and sandbox.status().state == "ready")
    sandbox.close()
