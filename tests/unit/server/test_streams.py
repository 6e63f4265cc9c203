"""Streams over a real server: events, latecomers, readers that go, and an orderly end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kb.errors import IndexUnavailableError, ModelError, SandboxError
from kb.model import CommandId
from server import sse
from server.asking import AskInput
from server.origins import OwnOrigins
from server.sandbox.remarks import failure
from server.schemas.commands import CommandBody
from server.serving import ServerThread, listen, port_of
from tests.unit.server.conftest import TOKEN, Bench
from tests.waiting import PATIENCE_S, wait_until

Event = tuple[str, dict[str, Any]]


@pytest.fixture
def server(bench: Bench) -> Iterator[ServerThread]:
    sockets = listen("127.0.0.1", 0)
    own = OwnOrigins(host="127.0.0.1", port=port_of(sockets[0]))
    bench.services.access.origins._own.update(own._own)
    with ServerThread(bench.app, bench.services, sockets) as server:
        server.url = f"http://127.0.0.1:{port_of(sockets[0])}"  # type: ignore[attr-defined]
        yield server
    for each in sockets:
        each.close()


@pytest.fixture
def http(server: ServerThread) -> Iterator[httpx.Client]:
    url: str = server.url  # type: ignore[attr-defined]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=PATIENCE_S) as client:
        yield client


def read_events(response: httpx.Response) -> Iterator[Event]:
    assert response.headers["content-type"].startswith("text/event-stream")
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def stream(http: httpx.Client, method: str, path: str, **options: Any) -> list[Event]:
    with http.stream(method, path, **options) as response:
        assert response.status_code == 200, response.read()
        return list(read_events(response))


def test_an_answer_comes_in_order(http: httpx.Client) -> None:
    events = stream(http, "POST", "/api/ask/stream", json={"question": "x"})
    names = [name for name, _ in events]
    assert names == ["status", "citation", "token", "command", "answer"]
    answer = events[-1][1]
    assert events[1][1] == answer["citations"][0]
    assert events[3][1] == answer["commands"][0]
    assert http.get(f"/api/conversations/{answer['conversation_id']}").status_code == 200


def test_a_command_that_is_told_can_be_used_before_the_answer_is_whole(bench: Bench) -> None:
    asking, desk = bench.services.asking, bench.services.desk
    for event in asking.stream(AskInput(question="x"), cancelled=lambda: False):
        if event.name == "command":
            assert isinstance(event.data, CommandBody)
            assert desk.files(CommandId(event.data.id)) is not None
            return
    raise AssertionError("no command was told")


def test_a_completion_comes_as_it_is_made(bench: Bench, http: httpx.Client) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[str]:
        yield "Remove "
        go_on.wait(PATIENCE_S)
        yield "it [1]."

    bench.answerer.pieces = pieces()
    body = {"model": "kb", "stream": True, "messages": [{"role": "user", "content": "x"}]}
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        lines = (line for line in response.iter_lines() if line)
        begun = [next(lines) for _ in range(2)]
        assert '"content": "Remove "' in begun[1]
        assert not go_on.is_set()
        go_on.set()
        assert list(lines)[-1] == "data: [DONE]"


@pytest.mark.parametrize("error", [IndexUnavailableError("none", hint="wait"), ModelError("none")])
def test_an_error_is_an_event(bench: Bench, http: httpx.Client, error: Any) -> None:
    bench.answerer.error = error
    events = stream(http, "POST", "/api/ask/stream", json={"question": "x"})
    assert events[-1][0] == "error"
    assert events[-1][1]["error"]["code"] == error.code
    assert events[-1][1]["error"]["hint"] == error.hint


def test_a_bug_ends_the_stream_without_its_secrets(bench: Bench, http: httpx.Client) -> None:
    bench.answerer.error = RuntimeError("secret")  # type: ignore[assignment]
    (*_, last) = stream(http, "POST", "/api/ask/stream", json={"question": "x"})
    assert last[0] == "error"
    assert last[1]["error"]["code"] == "internal_error"
    assert "secret" not in json.dumps(last)


def test_a_malformed_question_is_no_stream(http: httpx.Client) -> None:
    assert http.post("/api/ask/stream", json={"q": 1}).status_code == 400


def test_a_reader_that_goes_stops_the_work(bench: Bench, http: httpx.Client) -> None:
    bench.answerer.block = threading.Event()
    with http.stream("POST", "/api/ask/stream", json={"question": "x"}) as response:
        assert next(read_events(response))[0] == "status"
    wait_until(lambda: bench.services.asking.gate._active == 0)
    wait_until(lambda: bench.services.gate._open == set())
    assert bench.answerer.count == 0
    assert http.get("/api/conversations").json()["total"] == 0


def test_two_hundred_streams_do_no_harm(bench: Bench, http: httpx.Client) -> None:
    bench.answerer.block = threading.Event()
    done: list[list[Event]] = []

    def follow() -> None:
        with httpx.Client(
            base_url=http.base_url, headers=dict(http.headers), trust_env=False, timeout=PATIENCE_S
        ) as own:
            done.append(stream(own, "POST", "/api/ask/stream", json={"question": "x"}))

    threads = [threading.Thread(target=follow) for _ in range(200)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(bench.services.gate._open) == 200)
    assert http.get("/api/health").status_code == 200
    bench.answerer.block.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(done) == 200
    assert all(events[-1][0] == "answer" for events in done)


def test_a_run_is_followed_by_any_number_and_by_who_comes_late(
    bench: Bench, http: httpx.Client
) -> None:
    bench.sandbox.runs.hold = threading.Event()
    run_id = http.post("/api/runs", json={"text": "docker ps"}).json()["run_id"]
    url = f"/api/runs/{run_id}/events"
    with http.stream("GET", url) as response:
        events = read_events(response)
        seen = [next(events) for _ in range(3)]
        assert [name for name, _ in seen] == ["status", "status", "stdout"]
        bench.sandbox.runs.hold.set()
        seen += list(events)
    assert seen[-1] == ("exit", {"state": "exited", "exit_code": 0})
    assert stream(http, "GET", url) == seen
    assert stream(http, "GET", url, headers={"Last-Event-ID": "3"}) == seen[3:]


def test_what_the_runner_says_comes_with_a_code(bench: Bench, http: httpx.Client) -> None:
    bench.sandbox.runs.remark = failure(SandboxError("no", reason="no_reply"))
    run_id = http.post("/api/runs", json={"text": "docker ps"}).json()["run_id"]
    events = stream(http, "GET", f"/api/runs/{run_id}/events")
    theirs, ours = [data for name, data in events if name == "stderr"]
    assert theirs == {"text": "a warning\n"}
    remark = {"code": "sandbox_unavailable", "values": {"message": "no", "hint": ""}}
    assert ours == {"text": "no\n", "remark": {**remark, "reasons": ["no_reply"]}}
    assert http.get(f"/api/runs/{run_id}").json()["stderr"] == "a warning\nno\n"


def test_readers_that_go_leave_no_thread_behind(bench: Bench, http: httpx.Client) -> None:
    bench.sandbox.runs.hold = threading.Event()
    run_id = http.post("/api/runs", json={"text": "docker ps"}).json()["run_id"]
    for _ in range(20):
        with http.stream("GET", f"/api/runs/{run_id}/events") as response:
            next(read_events(response))
    pumps = [thread for thread in threading.enumerate() if thread.name.startswith("events-")]
    assert len(pumps) == 1
    bench.sandbox.runs.hold.set()


def test_an_ingest_is_followed(bench: Bench, http: httpx.Client) -> None:
    bench.library.hold = threading.Event()
    job_id = http.post("/api/ingest").json()["job_id"]
    assert http.get("/api/health").json()["job_id"] == job_id
    assert http.get(f"/api/ingest/{job_id}").json()["state"] == "running"
    with http.stream("GET", f"/api/ingest/{job_id}/events") as response:
        events = read_events(response)
        assert next(events)[0] == "progress"
        bench.library.hold.set()
        name, job = list(events)[-1]
    assert (name, job["state"]) == ("done", "done")
    assert job["counts"]["added"] == ["docker.md"]
    assert http.get(f"/api/ingest/{job_id}").json() == job
    assert http.get("/api/health").json()["job_id"] == ""
    assert http.get("/api/ingest/nope").status_code == 404


def test_a_failed_ingest_tells_why(bench: Bench, http: httpx.Client) -> None:
    bench.library.error = ModelError("no model", hint="get one")
    job_id = http.post("/api/ingest").json()["job_id"]
    *_, (name, job) = stream(http, "GET", f"/api/ingest/{job_id}/events")
    assert name == "failed"
    assert (job["error"], job["hint"], job["counts"]) == ("no model", "get one", None)


def test_silence_is_broken_by_a_sign_of_life(
    bench: Bench, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.05)
    bench.answerer.block = threading.Event()
    with http.stream("POST", "/api/ask/stream", json={"question": "x"}) as response:
        lines = response.iter_lines()
        assert any(line.startswith(":") for line in lines)


def test_a_stopped_server_ends_its_streams(
    bench: Bench, server: ServerThread, http: httpx.Client
) -> None:
    bench.answerer.block = threading.Event()
    with http.stream("POST", "/api/ask/stream", json={"question": "x"}) as response:
        events = read_events(response)
        next(events)
        stopper = threading.Thread(target=server.__exit__)
        stopper.start()
        (last,) = events
        stopper.join(PATIENCE_S)
    assert last[0] == "error"
    assert last[1]["error"]["code"] == "shutting_down"
    assert not stopper.is_alive()
