"""The log: one line a request, an object a line on demand, and nothing private."""

from __future__ import annotations

import json
import logging

import pytest
from fastapi.testclient import TestClient

from server.log_format import JsonFormatter
from tests.unit.server.conftest import TOKEN, Bench
from tests.unit.server.test_api import ask


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
    (broken,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    entry = json.loads(JsonFormatter().format(broken))
    assert entry["request_id"] == "bug-1"
    assert "RuntimeError: odd" in entry["exception"]
    assert "\n" not in JsonFormatter().format(broken)
