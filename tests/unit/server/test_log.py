"""The log: one line a request, an object a line on demand, and nothing private."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server.log_format import JsonFormatter
from server.sandbox.audit import AuditLog
from server.sandbox.run import Run
from server.sandbox.runbook import RunBook
from server.sandbox.settings import RunLimits
from tests.unit.server.conftest import TOKEN, Bench
from tests.unit.server.test_api import ask


def broken(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged as broken, each a line of JSON."""
    errors = [each for each in caplog.records if each.levelno == logging.ERROR]
    lines = [JsonFormatter().format(each) for each in errors]
    assert "\n" not in "".join(lines)
    return [json.loads(line) for line in lines]


def test_a_request_is_one_line_without_anything_private(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="kb.request"):
        client.get("/api/notes/docker.md", headers={"X-Request-ID": "abc"})
        client.get("/api/search", params={"q": "a private search"})
        ask(client, "a private question")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    entries = [json.loads(line) for line in lines if "kb.request" in line]
    assert [entry["route"] for entry in entries] == [
        "/api/notes/{path:path}",
        "/api/search",
        "/api/ask",
    ]
    assert entries[0]["request_id"] == "abc"
    assert entries[0]["status"] == 200
    assert entries[0]["duration_ms"] >= 0
    for private in ("private", "docker.md", TOKEN):
        assert private not in "".join(lines)


def test_a_bug_is_logged_under_its_requests_id(
    bench: Bench, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    bench.answerer.error = RuntimeError("odd")  # type: ignore[assignment]
    client.post("/api/ask", json={"question": "x"}, headers={"X-Request-ID": "bug-1"})
    (entry,) = broken(caplog)
    assert entry["request_id"] == "bug-1"
    assert "RuntimeError: odd" in entry["exception"]


def test_a_bug_in_a_streamed_answer_is_logged_under_its_requests_id(
    bench: Bench, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    bench.answerer.error = RuntimeError("odd")  # type: ignore[assignment]
    headers = {"X-Request-ID": "bug-2"}
    answer = client.post("/api/ask/stream", json={"question": "x"}, headers=headers)
    assert "internal_error" in answer.text
    (entry,) = broken(caplog)
    assert entry["request_id"] == answer.headers["x-request-id"] == "bug-2"
    assert "RuntimeError: odd" in entry["exception"]


def test_a_bug_in_a_job_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.library.error = RuntimeError("odd")  # type: ignore[assignment]
    job = bench.services.jobs.start()
    bench.services.jobs.close()
    (entry,) = broken(caplog)
    assert entry["job_id"] == job.id
    assert "RuntimeError: odd" in entry["exception"]


class BrokenRun:
    """A run that has a bug."""

    text = "docker ps"

    def execute(self, run: Run) -> int:
        raise RuntimeError("odd")

    def describe(self) -> dict[str, object]:
        return {}


class BrokenPreparer:
    """Makes every line a run that breaks."""

    def prepare(self, text: str, **_: object) -> BrokenRun:
        return BrokenRun()


def test_a_bug_in_a_run_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book = RunBook(BrokenPreparer(), RunLimits(), AuditLog(tmp_path / "runs.jsonl"))
    run = book.start("docker ps", confirm=False)
    *_, last = book.events(run.id)
    assert last.text == "failed"
    (entry,) = broken(caplog)
    assert entry["run_id"] == run.id
    assert "RuntimeError: odd" in entry["exception"]
