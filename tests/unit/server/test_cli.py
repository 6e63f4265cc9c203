"""The command line over the API: words, exit codes, JSON, and errors with hints."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from kb.errors import IndexUnavailableError, ModelError
from kb.model import Filters, RunState
from server.api_client import ApiClient, StreamedEvent
from server.cli.program import app
from server.cli.progress import describe_progress
from server.origins import OwnOrigins
from server.sandbox.audit import AuditLog, AuditRecord
from server.serving import ServerThread, listen, port_of
from server.settings import Settings
from server.state import ServerRecord, StateFolder
from tests.unit.server.conftest import TOKEN, Bench

HEAVY = (
    "torch",
    "sentence_transformers",
    "chromadb",
    "docker",
    "tantivy",
    "fastapi",
    "uvicorn",
    "httpx",
    "numpy",
    "watchfiles",
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KB_{name.upper()}", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    root = logging.getLogger()
    handlers = root.handlers[:]
    yield
    # `kb serve` sends the log to the stderr of its time, which ends with the test.
    root.handlers[:] = handlers


@pytest.fixture
def running(bench: Bench, tmp_path: Path) -> Iterator[list[str]]:
    """A server that owns a state folder; the options that lead to it."""
    state = StateFolder(tmp_path / "state")
    state.acquire()
    sockets = listen("127.0.0.1", 0)
    port = port_of(sockets[0])
    bench.services.access.origins._own.update(OwnOrigins(host="127.0.0.1", port=port)._own)
    with ServerThread(bench.app, bench.services, sockets):
        state.record_server(ServerRecord(url=f"http://127.0.0.1:{port}", pid=1, token=TOKEN))
        yield ["--notes", str(bench.notes), "--state", str(state.path)]
    state.release()
    for each in sockets:
        each.close()


def kb(*words: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(app, list(words), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def error_of(result: Result) -> str:
    assert "error:" in result.stderr
    assert "hint:" in result.stderr
    assert "Traceback" not in result.output
    return result.stderr


# --- without a server ------------------------------------------------------------------------


def test_importing_the_command_line_is_light() -> None:
    code = "import sys, server.cli; print(*sorted(m for m in sys.modules if '.' not in m))"
    output = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert set(output.split()).isdisjoint(HEAVY)


def test_help_names_every_command() -> None:
    help_text = kb("--help").output
    for name in (
        "serve",
        "open",
        "ingest",
        "ask",
        "search",
        "run",
        "runs",
        "sandbox",
        "eval",
        "doctor",
        "chat",
    ):
        assert name in help_text
    sandbox_help = kb("sandbox", "--help").output
    for name in ("status", "start", "reset", "stop", "clean"):
        assert name in sandbox_help


def test_the_version_is_told() -> None:
    assert kb("--version").output.startswith("kb ")


@pytest.mark.parametrize(
    "words",
    [
        ["nope"],
        ["ask"],
        ["ask", "x", "--no"],
        ["search", "x", "--top-k", "0"],
        ["run", "docker ps", "--set", "novalue"],
        ["serve", "--port", "x"],
        ["sandbox", "fly"],
    ],
)
def test_wrong_usage_is_2(words: list[str], tmp_path: Path) -> None:
    assert kb(*words).exit_code == 2


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path / "s")]
    for words in (["ask", "x"], ["ingest"], ["serve", "--port", "0"], ["search", "x"]):
        folder = (
            [str(tmp_path / "no")] if words[0] == "ingest" else ["--notes", str(tmp_path / "no")]
        )
        result = kb(*words, *folder, *state)
        assert result.exit_code == 1
        assert "does not exist" in error_of(result)


@pytest.mark.parametrize("what", ["missing", "file"])
@pytest.mark.parametrize(
    "words", [["ask", "x", "--notes"], ["ingest"], ["search", "x", "--notes"], ["serve", "--notes"]]
)
def test_no_state_is_begun_for_what_is_no_folder(
    words: list[str], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "data" / "notes"
    monkeypatch.setattr("server.state.default_state_path", lambda _: begun)
    target = tmp_path / what
    if what == "file":
        target.write_text("# A note\n")
    result = kb(*words, str(target))
    assert result.exit_code == 1
    assert "the notes folder" in error_of(result)
    assert not begun.parent.exists()


def test_a_folder_without_notes_is_no_folder_that_does_not_answer(
    bench: Bench, running: list[str]
) -> None:
    bench.library.status = replace(bench.library.status, notes=0)
    for words in (["ask", "x"], ["search", "x"], ["chat"]):
        result = kb(*words, *running)
        assert result.exit_code == 1
        assert f"no notes in {bench.notes}" in error_of(result)
        assert "--notes" in result.stderr


def test_a_taken_port_is_told(bench: Bench, tmp_path: Path) -> None:
    sockets = listen("127.0.0.1", 0)
    port = str(port_of(sockets[0]))
    result = kb(
        "serve", "--notes", str(bench.notes), "--state", str(tmp_path / "s"), "--port", port
    )
    for each in sockets:
        each.close()
    assert result.exit_code == 1
    assert f"port {port} on 127.0.0.1 is taken" in error_of(result)
    assert "--port" in result.stderr


def test_another_machines_address_wants_a_token(bench: Bench, tmp_path: Path) -> None:
    result = kb(
        "serve",
        "--notes",
        str(bench.notes),
        "--state",
        str(tmp_path / "s"),
        "--host",
        "0.0.0.0",
        "--port",
        "0",
    )
    assert result.exit_code == 2
    assert "KB_TOKEN" in error_of(result)


def test_a_locked_state_names_its_holder(bench: Bench, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "s")
    state.acquire()
    for words in (["ask", "x"], ["serve", "--port", "0"]):
        result = kb(*words, "--notes", str(bench.notes), "--state", str(state.path))
        assert result.exit_code == 1
        assert "in use by another kb process" in error_of(result)
    state.release()


def test_open_without_a_server_says_so(bench: Bench, tmp_path: Path) -> None:
    result = kb("open", "--notes", str(bench.notes), "--state", str(tmp_path / "s"))
    assert result.exit_code == 1
    assert "kb serve" in error_of(result)


def test_eval_without_questions_says_so(tmp_path: Path) -> None:
    assert kb("eval", str(tmp_path / "no.jsonl")).exit_code == 3
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    result = kb("eval", str(empty))
    assert result.exit_code == 2
    assert "empty.jsonl holds no gold question" in error_of(result)


# --- with a running server -------------------------------------------------------------------


def test_open_prints_the_url_with_the_token(running: list[str]) -> None:
    url = kb("open", "--no-browser", *running).stdout.strip()
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith(f"/#token={TOKEN}")


def test_open_as_json_is_the_url(running: list[str]) -> None:
    opened = json.loads(kb("open", "--no-browser", "--json", *running).stdout)
    assert opened["url"].endswith(f"/#token={TOKEN}")


def test_ask_shows_the_answer_its_lines_and_the_command(running: list[str]) -> None:
    result = kb("ask", "how do I remove a container", *running)
    assert result.exit_code == 0
    assert "Remove it [1]." in result.stdout
    assert "[1] docker.md:3-6" in result.stdout
    assert "6 │ docker rm 46286a4fff79" in result.stdout
    assert "$ docker rm 46286a4fff79  (destroy)" in result.stdout


def test_ask_as_json_is_the_apis_json(running: list[str]) -> None:
    answer: dict[str, Any] = json.loads(kb("ask", "x", "--json", *running).stdout)
    assert answer["citations"][0]["line_start"] == 3
    again = kb("ask", "y", "--json", "--conversation", answer["conversation_id"], *running)
    assert json.loads(again.stdout)["conversation_id"] == answer["conversation_id"]


def test_a_question_without_an_answer_is_3(bench: Bench, running: list[str]) -> None:
    bench.answerer.status = "not_found"
    result = kb("ask", "x", "--json", *running)
    assert result.exit_code == 3
    assert json.loads(result.stdout)["status"] == "not_found"


@pytest.mark.parametrize("question", ["", "   ", "x" * 5000])
def test_a_bad_question_is_2(running: list[str], question: str) -> None:
    result = kb("ask", question, *running)
    assert result.exit_code == 2
    error_of(result)


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "\udcff"],
        ["search", "\udcff"],
        ["run", "docker logs \udcff"],
        ["ask", "x", "--tag", "\udcff"],
    ],
    ids=["ask", "search", "run", "tag"],
)
@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_bytes_that_are_no_text_are_2(
    running: list[str], words: list[str], more: list[str]
) -> None:
    result = kb(*words, *more, *running)
    assert result.exit_code == 2
    assert "UTF-8" in error_of(result)
    assert "hint: " in result.stderr


def test_bytes_that_are_no_text_cost_chat_one_question(bench: Bench, running: list[str]) -> None:
    result = CliRunner().invoke(app, ["chat", *running], input=b"\xff\nhow?\n")
    assert result.exit_code == 0
    assert result.stderr.count("UTF-8") >= 1
    assert [question.text for question in bench.answerer.questions] == ["how?"]


def test_an_error_is_json_too_where_json_is_asked(bench: Bench, running: list[str]) -> None:
    bench.answerer.error = IndexUnavailableError("no index", hint="wait")
    result = kb("ask", "x", "--json", *running)
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["hint"]) == ("index_unavailable", "wait")


def test_an_unknown_conversation_is_3(running: list[str]) -> None:
    assert kb("ask", "x", "--conversation", "nope", *running).exit_code == 3


def test_search_shows_passages_and_scores(running: list[str]) -> None:
    result = kb("search", "remove", "--explain", *running)
    assert "docker.md:3-6" in result.stdout
    assert "dense: rank 1" in result.stdout
    hits = json.loads(kb("search", "remove", "--json", *running).stdout)["hits"]
    assert hits[0]["arms"]["lexical"]["rank"] == 2


def test_search_is_narrowed(bench: Bench, running: list[str]) -> None:
    where = ["--path-prefix", "docker", "--tag", "a", "--tag", "b"]
    assert kb("search", "remove", *where, *running).exit_code == 0
    assert bench.answerer.filters == Filters(path_prefix="docker", tags=("a", "b"))


def test_ingest_reports_what_it_did(running: list[str]) -> None:
    notes, state = running[1], running[3]
    result = kb("ingest", notes, "--state", state)
    assert result.exit_code == 0
    assert "1 notes, 4 chunks, 1 added" in result.stdout
    assert "chunks: 1 command" in result.stdout
    report = json.loads(kb("ingest", notes, "--state", state, "--json").stdout)
    assert report["added"] == ["docker.md"]


@pytest.mark.parametrize(
    ("done", "seconds", "text"),
    [(0, 2.0, "0 chunks, 64 embedded"), (90, 3.0, "90 chunks (30/s), 64 embedded")],
)
def test_progress_tells_its_speed(done: int, seconds: float, text: str) -> None:
    progress = {"chunks_done": done, "duration_s": seconds, "embedded": 64}
    assert describe_progress(progress) == text


def test_a_failed_ingest_is_1(bench: Bench, running: list[str]) -> None:
    bench.library.error = ModelError("no model", hint="get one")
    result = kb("ingest", running[1], "--state", running[3])
    assert result.exit_code == 1
    assert "no model" in error_of(result)


def test_run_separates_output_and_errors(running: list[str]) -> None:
    result = kb("run", "docker ps", *running)
    assert result.exit_code == 0
    assert result.stdout == "ran docker ps\n"
    assert "a warning" in result.stderr
    run = json.loads(kb("run", "docker ps", "--json", *running).stdout)
    assert (run["state"], run["exit_code"], run["stdout"]) == ("exited", 0, "ran docker ps\n")


def test_a_failing_command_is_1(bench: Bench, running: list[str]) -> None:
    bench.sandbox.runs.exit_code = 125
    result = kb("run", "docker ps", *running)
    assert result.exit_code == 1
    assert "exit code 125" in result.stderr


def test_a_destroying_command_wants_a_word(bench: Bench, running: list[str]) -> None:
    result = kb("run", "docker rm web", *running)
    assert result.exit_code == 1
    assert "--yes" in error_of(result)
    assert bench.sandbox.runs.started == []
    assert kb("run", "docker rm web", "--yes", *running).exit_code == 0


def test_a_refused_command_is_1_with_its_reason(running: list[str]) -> None:
    result = kb("run", "docker run --privileged alpine", *running)
    assert result.exit_code == 1
    assert "--privileged" in result.stderr


def test_what_may_run_instead_is_told(running: list[str]) -> None:
    line = "docker run -it --rm alpine ls"
    assert "may run instead: docker run " in kb("run", line, *running).stderr
    body = json.loads(kb("run", line, "--json", *running).stdout)
    assert body["suggestion"].startswith("docker run ")
    assert set(body["error"]) >= {"code", "message", "hint"}


def test_what_would_be_removed_and_is_missing_is_in_the_json(running: list[str]) -> None:
    body = json.loads(kb("run", "docker rm web", "--json", *running).stdout)
    assert (body["error"]["code"], body["victims"]) == ("needs_confirmation", ["web"])
    body = json.loads(kb("run", "docker logs <container>", "--json", *running).stdout)
    assert body["error"]["code"] == "needs_values"
    assert [slot["id"] for slot in body["slots"]] == ["container"]


@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
def test_ctrl_c_stops_a_run_and_waits_for_its_end(
    bench: Bench, running: list[str], monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    bench.sandbox.runs.hold = threading.Event()
    events = ApiClient.events
    streams: list[int] = []

    def interrupted(
        client: ApiClient, method: str, path: str, *, after: int = 0
    ) -> Generator[StreamedEvent, None, None]:
        streams.append(after)
        for event in events(client, method, path, after=after):
            yield event
            if event.name == "stdout" or (again and len(streams) == 2):
                raise KeyboardInterrupt

    monkeypatch.setattr(ApiClient, "events", interrupted)
    result = kb("run", "docker logs -f web", *running)
    assert result.stdout == "ran docker logs -f web\n"
    assert len(streams) == 2
    assert result.exit_code == (130 if again else 1)
    assert ("stopped" in result.stderr) is not again


def test_a_run_whose_output_nobody_reads_any_more_is_stopped(
    bench: Bench, running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.sandbox.runs.hold = threading.Event()

    def fail(_text: str, _stream: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("server.cli.run.write_output", fail)
    result = kb("run", "docker logs -f web", *running)
    assert result.exit_code == 141
    assert result.output == ""
    (run,) = bench.sandbox.runs.list()
    assert run.state is RunState.STOPPED


def test_the_command_line_says_who_it_is(bench: Bench, running: list[str]) -> None:
    kb("run", "docker ps", *running)
    assert bench.sandbox.runs.callers == ["cli"]


def test_runs_are_listed_from_the_audit_log_without_a_server(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "state" / "durable" / "runs.jsonl")
    for number in range(3):
        log.write(
            AuditRecord(
                run_id=f"r{number}", who="page", started=1.0, duration_s=2.0, exit_code=0,
                text=f"docker logs c{number}", state="exited", body={"sent": number},
            )
        )  # fmt: skip
    where = ["--notes", str(tmp_path), "--state", str(tmp_path / "state")]
    shown = kb("runs", *where).stdout
    assert "docker logs c2" in shown
    assert "page" in shown
    found = json.loads(kb("runs", "--json", "--limit", "2", *where).stdout)
    assert [run["body"] for run in found["runs"]] == [{"sent": 2}, {"sent": 1}]
    assert (found["total"], found["next_offset"]) == (3, 2)


def test_runs_in_progress_are_listed_where_a_server_runs(bench: Bench, running: list[str]) -> None:
    bench.sandbox.runs.hold = threading.Event()
    bench.sandbox.runs.start("docker logs -f web", confirm=True)
    (run,) = json.loads(kb("runs", "--json", *running).stdout)["runs"]
    assert (run["text"], run["exit_code"]) == ("docker logs -f web", None)
    assert run["state"] in {"starting", "running"}
    bench.sandbox.runs.hold.set()


def test_the_sandbox_is_shown_and_emptied(bench: Bench, running: list[str]) -> None:
    assert "web" in kb("sandbox", "status", *running).stdout
    assert kb("sandbox", "reset", *running).exit_code == 1
    assert bench.sandbox.calls == []
    for words in (["reset", "--yes"], ["start"], ["stop"]):
        assert kb("sandbox", *words, *running).exit_code == 0
    assert bench.sandbox.calls == ["reset", "start", "stop"]
    assert json.loads(kb("sandbox", "status", "--json", *running).stdout)["state"] == "ready"


def test_the_sandbox_is_cleaned_after_a_word(bench: Bench, running: list[str]) -> None:
    refused = kb("sandbox", "clean", *running)
    assert refused.exit_code == 1
    assert "container web, volume data" in refused.stderr
    assert bench.sandbox.calls == []
    done = kb("sandbox", "clean", "--yes", *running)
    assert (done.exit_code, done.stdout) == (0, "container web\nvolume data\n")
    assert "nothing" in kb("sandbox", "clean", *running).stdout
    assert json.loads(kb("sandbox", "clean", "--json", *running).stdout) == {"removed": []}


def test_chat_goes_on_in_one_conversation(bench: Bench, running: list[str]) -> None:
    result = kb("chat", *running, stdin="how do I remove a container\nand an image?\n\n")
    assert result.exit_code == 0
    assert result.stdout.count("Remove it [1].") == 2
    assert [turn.question for turn in bench.answerer.questions[-1].history] == [
        "how do I remove a container"
    ]


def test_the_prompt_of_chat_is_no_data(running: list[str]) -> None:
    result = kb("chat", "--json", *running, stdin="x\n")
    answer: dict[str, Any] = json.loads(result.stdout)
    assert answer["status"] == "answered"
    assert result.stderr.count("→") == 2


def test_chat_takes_filters_and_a_conversation(bench: Bench, running: list[str]) -> None:
    first = json.loads(kb("ask", "x", "--json", *running).stdout)["conversation_id"]
    where = ["--path-prefix", "docker", "--tag", "a", "--conversation", first]
    result = kb("chat", "--json", *where, *running, stdin="and -f?\n")
    assert json.loads(result.stdout)["conversation_id"] == first
    asked = bench.answerer.questions[-1]
    assert (asked.filters.path_prefix, asked.filters.tags) == ("docker", ("a",))
    assert [turn.question for turn in asked.history] == ["x"]


def test_an_error_ends_a_question_and_not_the_chat(bench: Bench, running: list[str]) -> None:
    bench.answerer.error = IndexUnavailableError("no index", hint="wait")
    result = kb("chat", *running, stdin="x\ny\n")
    assert result.exit_code == 0
    assert result.stderr.count("no index") == 2


def test_chat_shows_an_answer_as_it_comes(
    running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True)
    monkeypatch.setattr("server.cli.chat.stderr_console", lambda: terminal)
    result = kb("chat", *running, stdin="x\n")
    assert "Remove it [1]." in screen.getvalue()
    assert result.stdout.count("Remove it [1].") == 1


def test_a_separator_of_unicode_does_not_break_an_answer(bench: Bench, running: list[str]) -> None:
    bench.answerer.text = "Remove\u2028it\u2029now\u0085[1]."
    result = kb("chat", "--json", *running, stdin="x\n")
    assert json.loads(result.stdout)["text"] == bench.answerer.text


def test_a_stream_that_breaks_off_is_an_error(
    running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.api_client.ApiClient.events", lambda *_: iter(()))
    result = kb("chat", *running, stdin="x\n")
    assert result.exit_code == 0
    assert "broke off" in error_of(result)


def test_chat_has_a_history_and_keys_where_the_system_has_readline() -> None:
    pytest.importorskip("readline")
    code = "import sys; sys.stdin = open('/dev/null'); import server.cli.chat as chat;"
    code += "chat.hold_chat(None, {}, as_json=False); print('readline' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert output.strip() == "True"


def test_what_a_note_holds_cannot_steer_the_terminal(bench: Bench, running: list[str]) -> None:
    bench.answerer.text = "\x1b]0;owned\x07[red]x[/red] \u202e [1]"
    output = kb("ask", "x", *running).stdout
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "[red]x[/red]" in output
