"""A refused command line sends nothing: no request at all reaches the daemon."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from kb.errors import KbError, NeedsConfirmationError
from kb.model import CommandRun, RunState
from server.sandbox.runner import compose as runner_compose
from server.sandbox.service import Sandbox
from server.sandbox.settings import SandboxSettings
from tests.cases_files import load_jsonl
from tests.unit.kb.commands.compose_cases import COMPOSE_CASES, compose_name, compose_text

REFUSED = [
    case["text"] for case in load_jsonl("commands/verdicts.jsonl") if case["verdict"] == "refuse"
]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Daemon

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be silent."""

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        answers: dict[str, object] = {
            "/info": {"Labels": ["kb.sandbox=test"], "ServerVersion": "1"},
            "/version": {"ApiVersion": "1.41"},
        }
        path = self.path.partition("?")[0]
        known = next((answers[end] for end in answers if path.endswith(end)), None)
        is_image = path.endswith("/images/busybox:latest/json")
        body = json.dumps({} if known is None else known).encode()
        self.send_response(200 if known is not None or is_image else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()


class _Daemon(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64  # a probe that finds the queue full takes the daemon for dead

    def __init__(self, path: str) -> None:
        super().__init__(path, _Handler)
        self.asked: list[str] = []


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Daemon]:
    path = tmp_path_factory.mktemp("d") / "d.sock"
    with _Daemon(str(path)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def sandbox(daemon: _Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state, host = tmp_path_factory.mktemp("state"), f"unix://{daemon.server_address}"
    sandbox = Sandbox(SandboxSettings(state_dir=Path(state), mode="external", host=host))
    sandbox.start()
    yield sandbox
    sandbox.close()


def test_there_are_lines_to_try() -> None:
    assert len(REFUSED) > 150


@pytest.mark.parametrize("text", REFUSED)
def test_nothing_is_sent(sandbox: Sandbox, daemon: _Daemon, text: str) -> None:
    daemon.asked.clear()
    with pytest.raises(KbError):
        sandbox.runs.start(text, confirm=True)
    assert daemon.asked == []


DOCKERFILES = [case for case in load_jsonl("commands/dockerfile.jsonl") if "code" in case]
COMPOSE_FILES = [case for case in COMPOSE_CASES if "code" in case]
STARTED = "started"
"""The file that the stand-in for Compose leaves beside itself."""


def run_with(sandbox: Sandbox, text: str, file: str, content: str) -> CommandRun:
    run = sandbox.runs.start(text, confirm=True, files={file: content.encode()})
    list(sandbox.runs.events(run.id))
    return sandbox.runs.get(run.id)


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the Compose program, which only tells that it was started."""
    program = tmp_path / "compose"
    program.write_text(f'#!/bin/sh\ntouch "{tmp_path / STARTED}"\n')
    program.chmod(0o700)
    monkeypatch.setattr(runner_compose, "find_compose", lambda: [str(program)])
    return tmp_path / STARTED


@pytest.mark.parametrize("case", COMPOSE_FILES, ids=compose_name)
def test_nothing_is_sent_for_a_compose_file(
    sandbox: Sandbox, daemon: _Daemon, compose: Path, case: dict[str, Any]
) -> None:
    daemon.asked.clear()
    run = run_with(sandbox, "docker-compose up", "docker-compose.yaml", compose_text(case))
    assert run.state is RunState.FAILED
    assert daemon.asked == []
    assert not compose.exists()


def test_a_compose_file_that_may_run_reaches_the_program(sandbox: Sandbox, compose: Path) -> None:
    text = compose_text({"service": "image: nginx"})
    assert run_with(sandbox, "docker-compose up", "docker-compose.yaml", text).exit_code == 0
    assert compose.exists()


@pytest.mark.parametrize("case", DOCKERFILES, ids=lambda case: ascii(case["file"]))
def test_nothing_is_sent_for_a_dockerfile(
    sandbox: Sandbox, daemon: _Daemon, case: dict[str, Any]
) -> None:
    daemon.asked.clear()
    given = (f"--build-arg {name}={value} " for name, value in case.get("build_args", {}).items())
    line = f"docker build {''.join(given)}-t x ."
    run = run_with(sandbox, line, "Dockerfile", case["file"])
    assert run.state is RunState.FAILED
    assert daemon.asked == []


def test_a_dockerfile_that_may_run_is_sent(sandbox: Sandbox, daemon: _Daemon) -> None:
    daemon.asked.clear()
    run_with(sandbox, "docker build -t x .", "Dockerfile", "FROM scratch")
    (asked,) = daemon.asked
    assert asked.startswith("POST /v1.41/build?")


def test_to_ask_for_confirmation_the_daemon_is_only_asked(
    sandbox: Sandbox, daemon: _Daemon
) -> None:
    daemon.asked.clear()
    with pytest.raises(NeedsConfirmationError):
        sandbox.runs.start("docker builder prune", confirm=False)
    assert all(asked.startswith("GET ") for asked in daemon.asked)


def test_what_may_run_is_sent(sandbox: Sandbox, daemon: _Daemon) -> None:
    """The daemon of this test does hear what is sent to it."""
    daemon.asked.clear()
    run = sandbox.runs.start("docker volume rm gone", confirm=True)
    list(sandbox.runs.events(run.id))
    assert daemon.asked == ["DELETE /v1.41/volumes/gone"]
