"""The routes, with fakes behind them: shapes, statuses, errors."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ingest.report import IndexStatus
from kb.errors import IndexUnavailableError, KbError, ModelError, VaultError
from kb.model import Command, LineRange
from server.asking import MAX_ASKS
from server.sandbox.state import SandboxStatus
from tests.unit.server.conftest import Bench
from tests.unit.server.fakes import NOTE, NOTE_TEXT, command
from tests.waiting import wait_until

ANSWER_FIELDS = {
    "id": str,
    "conversation_id": str,
    "question": str,
    "standalone_question": str,
    "language": str,
    "status": str,
    "text": str,
    "html": str,
    "hedged": bool,
    "confidence": float,
    "mode": str,
    "notice": type(None),
    "citations": list,
    "commands": list,
    "nearest": list,
    "timings_ms": dict,
}
CITATION_FIELDS = {
    "n": int,
    "note": str,
    "line_start": int,
    "line_end": int,
    "heading_trail": list,
    "quote": str,
    "chunk_id": str,
}
COMMAND_FIELDS = {
    "id": str,
    "text": str,
    "note": str,
    "line_start": int,
    "line_end": int,
    "runnable": bool,
    "refusal": type(None),
    "risk": str,
    "slots": list,
    "explanation": list,
}
SLOT_FIELDS = {
    "id": str,
    "label": str,
    "value": str,
    "placeholder": bool,
    "required": bool,
    "choices": str,
}


def check_shape(value: dict[str, Any], fields: dict[str, type]) -> None:
    for name, kind in fields.items():
        assert isinstance(value[name], kind), (name, value[name])


def error_of(response: Any) -> tuple[int, str]:
    detail = response.json()["error"]
    assert isinstance(detail["message"], str)
    assert detail["message"]
    assert isinstance(detail["hint"], str)
    return response.status_code, detail["code"]


def wait_for_run(client: TestClient, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = {}

    def has_ended() -> bool:
        run.update(client.get(f"/api/runs/{run_id}").json())
        return run["state"] in {"exited", "stopped", "failed"}

    wait_until(has_ended)
    return run


def ask(client: TestClient, question: str = "how do I remove a container", **more: object) -> Any:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


# --- health ----------------------------------------------------------------------------------


def test_health_has_the_contracts_shape(client: TestClient) -> None:
    client.headers.pop("Authorization")
    health = client.get("/api/health").json()
    assert health["status"] == "ok"
    check_shape(health["index"], {"notes": int, "chunks": int, "fingerprint": str, "model": str})
    assert set(health["sandbox"]) >= {"state", "engine", "message"}


@pytest.mark.parametrize("state", ["ok", "indexing", "degraded"])
def test_health_is_the_indexs_own(bench: Bench, client: TestClient, state: Any) -> None:
    bench.library.status = IndexStatus(state=state, message="because")
    health = client.get("/api/health").json()
    assert (health["status"], health["message"]) == (state, "because")
    client.headers.pop("Authorization")
    health = client.get("/api/health").json()
    assert health["status"] == state
    assert "because" not in str(health)


# --- ask -------------------------------------------------------------------------------------


def test_an_answer_has_exactly_the_contracts_shape(bench: Bench, client: TestClient) -> None:
    bench.answerer.text = "Remove it. [1]"
    answer = ask(client)
    assert set(answer) == set(ANSWER_FIELDS)
    check_shape(answer, ANSWER_FIELDS)
    check_shape(answer["citations"][0], CITATION_FIELDS)
    check_shape(answer["commands"][0], COMMAND_FIELDS)
    check_shape(answer["commands"][0]["slots"][0], SLOT_FIELDS)
    explanation = answer["commands"][0]["explanation"][0]
    assert set(explanation) == {"token", "text", "citation"}
    assert '<sup class="cite" data-n="1">[1]</sup>' in answer["html"]


def test_a_follow_up_sees_the_turns_before_it(bench: Bench, client: TestClient) -> None:
    first = ask(client, "how do I remove a container")
    ask(client, "and an image?", conversation_id=first["conversation_id"])
    (turn,) = bench.answerer.questions[-1].history
    assert turn.question == "how do I remove a container"
    assert turn.command == "docker rm 46286a4fff79"
    assert turn.citations[0].lines.start == 3


def test_filters_and_mode_reach_the_assistant(bench: Bench, client: TestClient) -> None:
    ask(client, "x", filters={"path_prefix": "docker/", "tags": ["a"]}, mode="llm")
    question = bench.answerer.questions[-1]
    assert question.filters.path_prefix == "docker/"
    assert question.filters.tags == ("a",)
    assert question.mode == "llm"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": 1},
        {"question": None},
        {"question": "x", "mode": "magic"},
        [],
        "x",
        None,
        {"question": "x", "filters": {"path": "x"}},
        {"question": "x", "conversation_id": 7},
        {"question": ""},
        {"question": "   "},
        {"question": "x" * 5000},
        {"question": "x", "no": 1},
    ],
)
def test_malformed_questions_are_400(client: TestClient, body: object) -> None:
    for path in ("/api/ask",):
        response = client.post(path, json=body)
        assert error_of(response) == (400, "invalid_request")


def test_broken_json_is_400(client: TestClient) -> None:
    half = rb'{"question": "\ud800"}'  # of a character
    for body in (b"{", b"", b"\xff", b'{"question": "x"', b'{"question": NaN}', half):
        for path in ("/api/ask", "/api/ask/stream"):
            response = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert error_of(response) == (400, "invalid_request")


def test_an_unknown_conversation_is_404(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "x", "conversation_id": "nope"})
    assert error_of(response) == (404, "not_found")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (IndexUnavailableError("none", hint="wait"), 503, "index_unavailable"),
        (ModelError("none", hint="get it"), 503, "model_unavailable"),
        (VaultError("gone", hint="look"), 503, "vault_unreadable"),
        (KbError("odd"), 500, "error"),
    ],
)
def test_errors_keep_code_and_hint(
    bench: Bench, client: TestClient, error: KbError, status: int, code: str
) -> None:
    bench.answerer.error = error
    response = client.post("/api/ask", json={"question": "x"})
    assert error_of(response) == (status, code)
    assert response.json()["error"]["hint"] == error.hint


def test_a_bug_is_a_500_without_its_secrets(bench: Bench, client: TestClient) -> None:
    bench.answerer.error = RuntimeError("secret")  # type: ignore[assignment]
    response = client.post("/api/ask", json={"question": "x"})
    assert error_of(response) == (500, "internal_error")
    assert "secret" not in response.text
    assert response.headers["x-request-id"]


def test_nothing_is_kept_of_a_question_that_failed(bench: Bench, client: TestClient) -> None:
    bench.answerer.error = IndexUnavailableError("none")
    client.post("/api/ask", json={"question": "x"})
    assert client.get("/api/conversations").json()["total"] == 0


def test_nothing_is_kept_of_a_question_whose_client_keeps_its_own(
    bench: Bench, client: TestClient
) -> None:
    answer = ask(client, keep=False)
    assert (answer["conversation_id"], answer["status"]) == ("", "answered")
    assert "<p>" in answer["html"]
    streamed = client.post("/api/ask/stream", json={"question": "x", "keep": False})
    assert '"conversation_id":""' in streamed.text
    assert client.get("/api/conversations").json()["total"] == 0
    assert client.get(f"/api/commands/{answer['commands'][0]['id']}/files").status_code == 200


def test_a_question_that_is_not_kept_may_follow_those_that_are(
    bench: Bench, client: TestClient
) -> None:
    known = ask(client)["conversation_id"]
    assert ask(client, "and -f?", conversation_id=known, keep=False)["conversation_id"] == ""
    assert len(bench.answerer.questions[-1].history) == 1
    assert len(client.get(f"/api/conversations/{known}").json()["messages"]) == 1


def test_too_many_questions_at_once_are_429(bench: Bench, client: TestClient) -> None:
    for _ in range(MAX_ASKS):
        bench.services.asking.gate.__enter__()
    for path in ("/api/ask", "/api/ask/stream"):
        response = client.post(path, json={"question": "x"})
        assert error_of(response) == (429, "too_many_requests")
    assert error_of(client.get("/api/search?q=x")) == (429, "too_many_requests")
    for _ in range(MAX_ASKS):
        bench.services.asking.gate.__exit__()
    assert client.post("/api/ask", json={"question": "x"}).status_code == 200


# --- unknown paths and methods ---------------------------------------------------------------


def test_fastapis_own_errors_have_the_shape_too(client: TestClient) -> None:
    assert error_of(client.get("/api/nope")) == (404, "not_found")
    assert error_of(client.put("/api/ask", json={})) == (405, "method_not_allowed")
    assert error_of(client.get("/api/search")) == (400, "invalid_request")
    assert error_of(client.get("/api/search?q=x&top_k=0")) == (400, "invalid_request")
    assert error_of(client.get("/api/search?q=x&top_k=ten")) == (400, "invalid_request")
    assert error_of(client.get("/api/notes?limit=0")) == (400, "invalid_request")
    assert error_of(client.get("/static/nope.css")) == (404, "not_found")


def test_request_ids_are_taken_or_made(client: TestClient) -> None:
    given = client.get("/api/health", headers={"X-Request-ID": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    made = client.get("/api/health", headers={"X-Request-ID": "a b\x7f"})
    assert made.headers["x-request-id"] != "a b\x7f"


# --- search ----------------------------------------------------------------------------------


def test_hits_have_the_contracts_shape(client: TestClient) -> None:
    (hit,) = client.get("/api/search", params={"q": "remove", "explain": "true"}).json()["hits"]
    for name in ("chunk_id", "note", "line_start", "line_end", "heading_trail", "text", "score"):
        assert name in hit
    assert hit["arms"] == {"dense": {"rank": 1, "score": 0.9}, "lexical": {"rank": 2, "score": 7.5}}
    assert hit["explanation"]["kind"] == "command"


# --- commands and runs -----------------------------------------------------------------------


def test_an_offered_command_is_previewed_and_run(bench: Bench, client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    values = {"container": "web"}
    preview = client.post(f"/api/commands/{command_id}/preview", json={"values": values})
    assert preview.json()["text"] == "docker rm web"
    assert preview.json()["risk"] == "destroy"
    assert bench.sandbox.runs.started == []

    url = f"/api/commands/{command_id}/runs"
    wanted = client.post(url, json={"values": values})
    assert error_of(wanted) == (409, "needs_confirmation")
    assert wanted.json()["victims"] == ["web"]

    started = client.post(url, json={"values": values, "confirm": True})
    assert started.status_code == 202
    run = wait_for_run(client, started.json()["run_id"])
    assert (run["state"], run["exit_code"]) == ("exited", 0)
    assert run["stdout"] == "ran docker rm web\n"
    assert run["stderr"] == "a warning\n"
    assert run["truncated"] is False


def offer_of_note(bench: Bench, note: str, text: str) -> Command:
    """Write a note and offer the command on its fourth line."""
    (bench.notes / NOTE).write_text(note, encoding="utf-8")
    offered = replace(command(), text=text, lines=LineRange(start=4, end=4), slots=())
    bench.offered.keep([offered], language="en")
    return offered


def test_a_build_takes_the_notes_files_and_may_take_them_cleaned(
    bench: Bench, client: TestClient
) -> None:
    dockerfile = "FROM alpine  // the base\n"
    note = "# Build\n\n```\ndocker build -t app .\n```\n\n```\n" + dockerfile + "```\n"
    built = offer_of_note(bench, note, "docker build -t app .")

    url = f"/api/commands/{built.id}"
    (file,) = client.get(f"{url}/files").json()["files"]
    assert (file["name"], file["text"]) == ("Dockerfile", dockerfile)
    assert file["problems"] == [{"line": 1, "comment": "the base"}]
    for clean, sent in ((False, dockerfile), (True, file["cleaned"])):
        assert client.post(f"{url}/runs", json={"clean": clean}).status_code == 202
        assert bench.sandbox.runs.started[-1] == (built.text, {"Dockerfile": sent.encode()})


def test_a_compose_command_takes_its_file_with_the_names_of_its_services(
    bench: Bench, client: TestClient
) -> None:
    file = "services:\n  db:\n    image: postgres\n"
    note = "# Up\n\n```\ndocker compose logs db\n```\n\n```yaml\n" + file + "```\n"
    logs = offer_of_note(bench, note, "docker compose logs db")
    assert client.get(f"/api/commands/{logs.id}/files").json()["services"] == ["db"]


def test_other_commands_take_no_files(client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    assert client.get(f"/api/commands/{command_id}/files").json() == {"files": [], "services": []}
    assert error_of(client.get("/api/commands/nothing/files")) == (404, "not_found")


def test_what_is_said_of_a_typed_line_has_the_language_asked_for(client: TestClient) -> None:
    said = {}
    for language in ("en", "ru"):
        body = {"text": "docker run -v /:/h alpine", "language": language}
        said[language] = client.post("/api/runs", json=body).json()["error"]["message"]
        previewed = client.post("/api/runs/preview", json=body).json()
        assert previewed["refusal"]["message"] == said[language]
    assert "folder of the computer" in said["en"]
    assert "папка" in said["ru"]


def test_missing_values_are_409_with_the_slots(client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    response = client.post(f"/api/commands/{command_id}/runs", json={})
    assert error_of(response) == (409, "needs_values")
    (slot,) = response.json()["slots"]
    assert slot["value"] == "46286a4fff79"
    assert slot["choices"] == "containers"


def test_a_command_whose_note_has_changed_is_404(bench: Bench, client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    note = bench.notes / "docker.md"
    note.write_text("One line more\n" + NOTE_TEXT, encoding="utf-8")
    for path in ("preview", "runs"):
        response = client.post(f"/api/commands/{command_id}/{path}", json={})
        assert error_of(response) == (404, "note_changed")
    note.unlink()
    response = client.post(f"/api/commands/{command_id}/runs", json={})
    assert error_of(response) == (404, "not_found")


def test_a_change_elsewhere_in_the_note_does_no_harm(bench: Bench, client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    (bench.notes / "docker.md").write_text(NOTE_TEXT + "\nMore.\n", encoding="utf-8")
    response = client.post(
        f"/api/commands/{command_id}/preview", json={"values": {"container": "web"}}
    )
    assert response.status_code == 200


def test_a_command_that_was_never_offered_is_404(client: TestClient) -> None:
    assert error_of(client.post("/api/commands/nope/runs", json={})) == (404, "not_found")


def test_a_value_can_never_be_more_than_a_value(bench: Bench, client: TestClient) -> None:
    command_id = ask(client)["commands"][0]["id"]
    for value in ("web; id", "-f", "a b", "$(id)", "web\nid", "", "x" * 5000):
        response = client.post(
            f"/api/commands/{command_id}/runs",
            json={"values": {"container": value}, "confirm": True},
        )
        assert response.status_code in {400, 409, 422}, value
    response = client.post(f"/api/commands/{command_id}/runs", json={"values": {"nope": "x"}})
    assert response.status_code == 400
    assert bench.sandbox.runs.started == []


def test_a_typed_line_runs_through_the_policy(bench: Bench, client: TestClient) -> None:
    started = client.post("/api/runs", json={"text": "docker ps -a"})
    assert started.status_code == 202
    assert wait_for_run(client, started.json()["run_id"])["text"] == "docker ps -a"
    for line in ("docker run --privileged alpine", "docker ps; id", "docker run -v /:/h alpine"):
        response = client.post("/api/runs", json={"text": line})
        assert response.status_code == 422, line
        assert response.json()["error"]["code"]
    for line in ("", "rm -rf /", "x" * 9000):
        assert client.post("/api/runs", json={"text": line}).status_code in {400, 422}, line[:20]
    assert [text for text, _ in bench.sandbox.runs.started] == ["docker ps -a"]


def test_a_typed_line_is_previewed(client: TestClient) -> None:
    for line in ("docker run --privileged alpine", "rm -rf /", "0", "docker ps; id"):
        preview = client.post("/api/runs/preview", json={"text": line})
        assert preview.status_code == 200
        assert preview.json()["runnable"] is False
        assert preview.json()["refusal"]["code"], line


def test_without_a_sandbox_a_run_is_503_and_a_refusal_stays_one(
    bench: Bench, client: TestClient
) -> None:
    off = SandboxStatus(state="off", message="get one", reasons=("needs_root", "no_engine"))
    bench.sandbox.set_status(off)
    assert client.get("/api/health").json()["sandbox"]["reasons"] == ["needs_root", "no_engine"]
    response = client.post("/api/runs", json={"text": "docker ps"})
    assert error_of(response) == (503, "sandbox_unavailable")
    assert response.json()["error"]["hint"] == "get one"
    assert response.json()["reasons"] == ["no_sandbox", "needs_root", "no_engine"]
    refused = client.post("/api/runs", json={"text": "docker run --privileged alpine"})
    assert refused.status_code == 422


def test_a_run_is_stopped(bench: Bench, client: TestClient) -> None:
    bench.sandbox.runs.hold = threading.Event()
    run_id = client.post("/api/runs", json={"text": "docker ps"}).json()["run_id"]
    assert client.delete(f"/api/runs/{run_id}").status_code == 200
    assert wait_for_run(client, run_id)["state"] == "stopped"
    assert client.delete(f"/api/runs/{run_id}").json()["state"] == "stopped"


def test_runs_are_listed_newest_first(client: TestClient) -> None:
    for name in ("a", "b", "c"):
        client.post("/api/runs", json={"text": f"docker logs {name}"})
    page = client.get("/api/runs", params={"limit": 2}).json()
    assert [run["text"] for run in page["runs"]] == ["docker logs c", "docker logs b"]
    assert (page["total"], page["next_offset"]) == (3, 2)
    rest = client.get("/api/runs", params={"limit": 2, "offset": 2}).json()
    assert rest["next_offset"] is None


@pytest.mark.parametrize(
    ("headers", "who"),
    [({"Sec-Fetch-Site": "same-origin"}, "page"), ({"Origin": "http://127.0.0.1:8765"}, "page"),
     ({"KB-Caller": "cli"}, "cli"), ({"KB-Caller": "mcp"}, "mcp"),
     ({"KB-Caller": "root"}, "api"), ({}, "api")],
)  # fmt: skip
def test_the_audit_log_says_who_asked(
    bench: Bench, client: TestClient, headers: dict[str, str], who: str
) -> None:
    client.post("/api/runs", json={"text": "docker ps"}, headers=headers)
    command_id = ask(client)["commands"][0]["id"]
    body = {"values": {"container": "web"}, "confirm": True}
    client.post(f"/api/commands/{command_id}/runs", json=body, headers=headers)
    assert bench.sandbox.runs.callers == [who, who]
    assert bench.sandbox.runs.notes == ["", "docker.md"]
    log = client.get("/api/runs/log", params={"limit": 1}).json()
    assert (log["total"], log["next_offset"]) == (2, 1)
    (record,) = log["runs"]
    assert (record["who"], record["text"], record["body"]) == (who, "docker rm web", {"sent": 1})


def test_a_run_is_found_again_by_the_answer_whose_card_it_was_started_from(
    client: TestClient,
) -> None:
    answer = ask(client)
    command_id = answer["commands"][0]["id"]
    body = {"values": {"container": "web"}, "confirm": True, "answer": answer["id"]}
    run_id = client.post(f"/api/commands/{command_id}/runs", json=body).json()["run_id"]
    client.post("/api/runs", json={"text": "docker ps"})
    found = client.get("/api/runs", params={"answer": ["other", answer["id"]]}).json()
    assert found["total"] == 1
    (run,) = found["runs"]
    assert (run["run_id"], run["command"], run["answer"]) == (run_id, command_id, answer["id"])
    assert client.get("/api/runs", params={"answer": "other"}).json()["runs"] == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_runs_are_404(client: TestClient, method: str) -> None:
    assert error_of(client.request(method, "/api/runs/nope")) == (404, "not_found")


def test_events_of_an_unknown_run_are_404(client: TestClient) -> None:
    assert error_of(client.get("/api/runs/nope/events")) == (404, "not_found")


# --- sandbox ---------------------------------------------------------------------------------


def test_the_sandbox_is_shown_started_and_emptied(bench: Bench, client: TestClient) -> None:
    sandbox = client.get("/api/sandbox").json()
    assert sandbox["state"] == "ready"
    assert sandbox["containers"][0]["name"] == "web"
    assert sandbox["ports"][0]["url"] == "http://10.0.0.2:8080/"
    assert client.post("/api/sandbox/start").status_code == 202
    assert client.post("/api/sandbox/reset").status_code == 200
    assert client.post("/api/sandbox/stop").status_code == 200
    assert bench.sandbox.calls == ["start", "reset", "stop"]


# --- figures ---------------------------------------------------------------------------------


def test_what_is_old_is_cleaned_once_confirmed(bench: Bench, client: TestClient) -> None:
    asked = client.post("/api/sandbox/clean", json={})
    assert error_of(asked) == (409, "needs_confirmation")
    assert asked.json()["victims"] == ["container web", "volume data"]
    assert bench.sandbox.calls == []
    removed = client.post("/api/sandbox/clean", json={"confirm": True})
    assert removed.json() == {"removed": ["container web", "volume data"]}
    assert client.post("/api/sandbox/clean", json={}).json() == {"removed": []}


def test_the_age_of_a_container_is_told(client: TestClient) -> None:
    (container,) = client.get("/api/sandbox").json()["containers"]
    assert container["created"] == 1.0
    assert container["age_s"] > 365 * 24 * 3600


def test_figures_count_without_telling_questions(client: TestClient) -> None:
    ask(client, "a very private question")
    client.get("/api/notes/docker.md")
    text = client.get("/metrics").text
    assert 'kb_answers_total{language="en",mode="extractive",status="answered"} 1.0' in text
    assert 'route="/api/notes/{path:path}"' in text
    assert "private" not in text
    assert "docker.md" not in text
    assert "kb_index_ok 1.0" in text


# --- the page --------------------------------------------------------------------------------


def test_the_page_is_revalidated_and_typed(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert client.head("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static/%5c..%5capp.py",
        "/static//etc/passwd",
        "/static/",
    ],
)
def test_nothing_but_the_pages_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in {404, 401}


def test_the_openapi_document_is_open_and_complete(client: TestClient) -> None:
    client.headers.pop("Authorization")
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert {"400", "401", "403"} <= set(operation["responses"]) or path == "/api/health"
            assert "422" not in operation["responses"] or "runs" in path or "notes" in path
    ask_route = document["paths"]["/api/ask"]["post"]
    assert "AskRequest" in str(ask_route["requestBody"])
