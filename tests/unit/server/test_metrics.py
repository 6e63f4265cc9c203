"""The figures: what ends is counted and timed, what is refused is counted, and both are logged."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb.errors import ModelError
from kb.model import CommandRun, RunId, RunState
from server.endings import Endings
from server.jobs import IngestJobs
from server.log_format import JsonFormatter
from server.metrics import Metrics
from server.sandbox.audit import AuditLog
from server.sandbox.run import Run
from server.sandbox.runbook import RunBook
from server.sandbox.settings import RunLimits
from tests.unit.server.conftest import Bench
from tests.unit.server.fakes import FakeLibrary
from tests.unit.server.test_api import ask
from tests.waiting import PATIENCE_S

RUN = CommandRun(
    id=RunId("r1"), text="docker login secret", state=RunState.EXITED, exit_code=0, duration_s=2.0
)


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(JsonFormatter().format(each)) for each in caplog.records]


@pytest.mark.parametrize(
    ("state", "exit_code", "outcome"),
    [
        (RunState.EXITED, 0, "ok"),
        (RunState.EXITED, 125, "error"),
        (RunState.FAILED, None, "failed"),
        (RunState.STOPPED, None, "stopped"),
    ],
)
def test_a_run_is_counted_by_how_it_ended_and_logged_without_its_line(
    caplog: pytest.LogCaptureFixture, state: RunState, exit_code: int | None, outcome: str
) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.INFO, logger="kb.run"):
        Endings(metrics).run_ended(replace(RUN, state=state, exit_code=exit_code))
    assert figure(metrics, "kb_runs_total", outcome=outcome) == 1
    assert figure(metrics, "kb_run_duration_seconds_sum") == 2.0
    (entry,) = logged(caplog)
    assert (entry["run_id"], entry["state"]) == ("r1", state.value)
    assert (entry["exit_code"], entry["duration_ms"]) == (exit_code, 2000.0)
    assert "secret" not in json.dumps(entry)


class PreparedEcho:
    """A run that says its line."""

    text = "docker ps"

    def execute(self, run: Run) -> int:
        run.stdout("x")
        return 0

    def describe(self) -> dict[str, object]:
        return {}


class EchoPreparer:
    """Makes every line such a run."""

    def prepare(self, text: str, **_: object) -> PreparedEcho:
        return PreparedEcho()


def test_the_run_book_tells_of_every_end(tmp_path: Path) -> None:
    told: list[CommandRun] = []
    heard = threading.Event()

    def hear(run: CommandRun) -> None:
        told.append(run)
        heard.set()

    audit = AuditLog(tmp_path / "runs.jsonl")
    run = RunBook(EchoPreparer(), RunLimits(), audit, on_end=hear).start("x", confirm=False)
    assert heard.wait(PATIENCE_S)
    assert [(each.id, each.state) for each in told] == [(run.id, RunState.EXITED)]


def test_what_is_not_let_run_is_counted_by_its_reason(bench: Bench, client: TestClient) -> None:
    for line in ("docker run --privileged alpine", "rm -rf /"):
        assert client.post("/api/runs", json={"text": line}).status_code == 422
    metrics = bench.services.metrics
    assert figure(metrics, "kb_runs_refused_total", code="privileged") == 1
    assert figure(metrics, "kb_runs_refused_total", code="not_docker") == 1


def test_a_job_is_counted_timed_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    metrics, library = Metrics(), FakeLibrary(tmp_path)
    jobs = IngestJobs(library, on_end=Endings(metrics).job_ended)
    with caplog.at_level(logging.INFO, logger="kb.ingest"):
        done = jobs.start()
        jobs.close()
    assert figure(metrics, "kb_ingest_jobs_total", state="done") == 1
    assert figure(metrics, "kb_ingest_duration_seconds_count") == 1
    (entry,) = logged(caplog)
    assert (entry["job_id"], entry["state"], entry["notes"]) == (done.id, "done", 1)


def test_a_failed_job_is_counted_and_not_timed(tmp_path: Path) -> None:
    metrics, library = Metrics(), FakeLibrary(tmp_path)
    library.error = ModelError("none")
    jobs = IngestJobs(library, on_end=Endings(metrics).job_ended)
    jobs.start()
    jobs.close()
    assert figure(metrics, "kb_ingest_jobs_total", state="failed") == 1
    assert figure(metrics, "kb_ingest_duration_seconds_count") == 0


def test_ratings_and_the_time_of_answers_are_counted(bench: Bench, client: TestClient) -> None:
    answer = ask(client)
    for rating in ("up", "down", "up"):
        client.post(f"/api/answers/{answer['id']}/feedback", json={"rating": rating})
    metrics = bench.services.metrics
    assert figure(metrics, "kb_feedback_total", rating="up") == 2
    assert figure(metrics, "kb_feedback_total", rating="down") == 1
    assert figure(metrics, "kb_ask_duration_seconds_count") == 1
    client.post("/api/ask/stream", json={"question": "x"})
    assert figure(metrics, "kb_ask_duration_seconds_count") == 2
