"""`kb doctor`: each check says what is wrong, and how to mend it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from kb.errors import ModelError, SandboxError
from kb.store.catalog import SCHEMA
from kb.store.database import Database
from kb.store.manifest import Manifest
from server.checkup import CHECKS, check_up
from server.checkup.finding import Finding
from server.sandbox.state import SandboxStatus
from server.settings import Settings, read_settings
from server.state import StateFolder, write_private

FIND_COMPOSE = "server.sandbox.runner.compose_program.find_compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Folders that are fine, and a way to break things."""

    notes: Path
    state: Path
    monkeypatch: pytest.MonkeyPatch

    def settings(self, **more: object) -> Settings:
        given: dict[str, object] = {"notes": self.notes, "state": self.state, "port": 0, **more}
        return read_settings(**given)

    def find(self, check: str, **more: object) -> Finding:
        (found,) = [each for each in check_up(self.settings(**more)) if each.check == check]
        return found


class FakeEmbedder:
    """A model that is there."""

    name = "fake"
    folder = Path("fake")
    reranker: object = None

    def __init__(self, _folder: Path | None) -> None: ...

    def embed_query(self, _text: str) -> SimpleNamespace:
        return SimpleNamespace(vector=SimpleNamespace(shape=(3,)))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Notes, a state with an index, and everything else in order."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KB_{name.upper()}", raising=False)
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# A\n", encoding="utf-8")
    make_catalog(tmp_path / "state", is_complete=True)
    ready = SandboxStatus(state="off", driver="managed")
    monkeypatch.setattr("ingest.models.embedding.SentenceTransformerEmbedder", FakeEmbedder)
    monkeypatch.setattr("server.sandbox.service.Sandbox.status", lambda _: ready)
    monkeypatch.setattr("server.sandbox.builtin_image.find_static_busybox", lambda: Path("/b"))
    monkeypatch.setattr(FIND_COMPOSE, lambda: ["docker-compose"])
    return Place(notes=notes, state=tmp_path / "state", monkeypatch=monkeypatch)


def make_catalog(state: Path, *, is_complete: bool) -> None:
    catalog = Database(state / "index" / "x" / "catalog.sqlite3", SCHEMA)
    Manifest(catalog).set_value("complete", "1" if is_complete else "")
    catalog.close()


def raising(error: Exception) -> Callable[..., object]:
    def broken(*_: object, **__: object) -> object:
        raise error

    return broken


def test_where_all_is_well_nothing_is_to_be_mended(place: Place) -> None:
    findings = list(check_up(place.settings()))
    assert [each.check for each in findings] == [name for name, _ in CHECKS]
    assert [each for each in findings if each.verdict != "ok" or each.hint] == []


# --- one broken case for each check ----------------------------------------------------------


def break_python(place: Place) -> dict[str, object]:
    place.monkeypatch.setattr("server.checkup.ground.sys.version_info", (3, 9, 1))
    return {}


def break_notes(place: Place) -> dict[str, object]:
    return {"notes": place.notes / "none"}


def break_state(place: Place) -> dict[str, object]:
    place.monkeypatch.setattr("server.checkup.ground.os.access", lambda *_: False)
    return {}


def break_token(place: Place) -> dict[str, object]:
    StateFolder(place.state).token()
    (place.state / "durable" / "token").chmod(0o644)
    return {}


def break_disk(place: Place) -> dict[str, object]:
    nearly_full = SimpleNamespace(free=10**6)
    place.monkeypatch.setattr("server.checkup.ground.shutil.disk_usage", lambda _: nearly_full)
    return {}


def break_model(place: Place) -> dict[str, object]:
    missing = raising(ModelError("no model", hint="get one"))
    place.monkeypatch.setattr("ingest.models.embedding.SentenceTransformerEmbedder", missing)
    return {}


def break_vectors(place: Place) -> dict[str, object]:
    return {"chroma_url": f"http://127.0.0.1:{closed_port()}"}


def break_index(place: Place) -> dict[str, object]:
    (place.state / "index" / "x" / "catalog.sqlite3").unlink()
    return {}


def break_chat_model(place: Place) -> dict[str, object]:
    return {"llm_base_url": f"http://127.0.0.1:{closed_port()}/v1", "llm_model": "m"}


def break_mcp(place: Place) -> dict[str, object]:
    place.monkeypatch.setattr("server.checkup.answering.find_spec", lambda _: None)
    return {"mcp": True}


def break_sandbox(place: Place) -> dict[str, object]:
    none = SandboxStatus(state="unavailable", driver="off", message="install docker")
    place.monkeypatch.setattr("server.sandbox.service.Sandbox.status", lambda _: none)
    return {}


def break_busybox(place: Place) -> dict[str, object]:
    place.monkeypatch.setattr("server.sandbox.builtin_image.find_static_busybox", lambda: None)
    return {}


def break_compose(place: Place) -> dict[str, object]:
    hint = "apt-get install docker-compose"
    missing = SandboxError("no Compose", reason="no_compose", hint=hint)
    place.monkeypatch.setattr(FIND_COMPOSE, raising(missing))
    return {}


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CASES: dict[str, tuple[Callable[[Place], dict[str, object]], str, str, str]] = {
    "python": (break_python, "broken", "3.9.1 is not supported", "Python 3.11"),
    "notes": (break_notes, "broken", "does not exist", "--notes"),
    "state": (break_state, "broken", "cannot be written", "--state"),
    "token": (break_token, "warning", "may read", "rm "),
    "disk": (break_disk, "warning", "0.0 GB free", "make room"),
    "model": (break_model, "broken", "no model", "get one"),
    "vectors": (break_vectors, "broken", "Chroma", "KB_CHROMA_URL"),
    "index": (break_index, "warning", "not built", "kb ingest"),
    "language model": (break_chat_model, "warning", "cannot be reached", "KB_LLM_BASE_URL"),
    "mcp": (break_mcp, "broken", "not installed", "pip install"),
    "sandbox": (break_sandbox, "warning", "commands are not run", "install docker"),
    "own image": (break_busybox, "warning", "no static busybox", "busybox-static"),
    "compose": (break_compose, "warning", "no Compose", "docker-compose"),
}


@pytest.mark.parametrize("check", CASES)
def test_what_is_wrong_is_told_with_a_way_to_mend_it(place: Place, check: str) -> None:
    break_it, verdict, message, hint = CASES[check]
    found = place.find(check, **break_it(place))
    assert found.verdict == verdict, found
    assert message in found.message
    assert hint in found.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_taken_port_is_looked_for_where_the_server_would_listen(place: Place, host: str) -> None:
    with socket.socket() as taken:
        taken.bind((host, 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = place.find("port", host=host, port=port)
        assert (found.verdict, f"port {port} on {host} is taken" in found.message) == (
            "warning",
            True,
        )
        assert "--port" in found.hint
        assert place.find("port", host="127.0.0.3", port=port).verdict == "ok"


def test_every_check_has_a_broken_case() -> None:
    assert {*CASES, "port"} == {name for name, _ in CHECKS}


# --- more of single checks -------------------------------------------------------------------


def test_an_address_of_other_machines_wants_a_token(place: Place) -> None:
    found = place.find("token", host="0.0.0.0")
    assert (found.verdict, "KB_TOKEN" in found.hint) == ("broken", True)
    assert place.find("token", host="0.0.0.0", token="a-long-secret-token").verdict == "ok"


def test_a_state_that_another_process_holds_is_a_warning(place: Place) -> None:
    owner = StateFolder(place.state)
    owner.acquire()
    found = place.find("state")
    owner.release()
    assert (found.verdict, "another kb process" in found.message) == ("warning", True)


def test_an_index_that_was_never_finished_is_told_of(place: Place) -> None:
    make_catalog(place.state, is_complete=False)
    found = place.find("index")
    assert (found.verdict, "not finished" in found.message) == ("warning", True)
    (place.state / "index" / "x" / "catalog.sqlite3").write_bytes(b"garbage" * 100)
    assert place.find("index").verdict == "warning"


def test_a_reranker_of_other_embeddings_is_told_of(place: Place, tmp_path: Path) -> None:
    place.monkeypatch.setattr(FakeEmbedder, "folder", tmp_path / "fake")
    assert place.find("model").verdict == "ok"
    (tmp_path / "fake-reranker").mkdir()
    found = place.find("model")
    assert (found.verdict, "other embeddings" in found.message) == ("warning", True)
    assert "rerank" in found.hint
    place.monkeypatch.setattr(FakeEmbedder, "reranker", object())
    assert place.find("model").verdict == "ok"


def test_a_private_token_is_fine(place: Place) -> None:
    write_private(StateFolder(place.state).token_file, "x" * 20)
    assert place.find("token").verdict == "ok"


@pytest.mark.parametrize("check", ["own image", "compose", "sandbox"])
def test_what_only_runs_want_is_no_matter_without_a_sandbox(place: Place, check: str) -> None:
    break_it = CASES[check][0]
    assert place.find(check, sandbox="off", **break_it(place)).verdict == "ok"


@dataclass(slots=True)
class Service:
    """A language model service that answers every GET in one way."""

    url: str
    status: int = 200
    body: object = None
    key: str = ""


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/v1/models"
            answering.key = self.headers.get("Authorization", "")
            self.send_response(answering.status)
            self.end_headers()
            self.wfile.write(json.dumps(answering.body).encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answering = Service(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield answering
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("reply", "verdict", "said"),
    [
        ((200, {"data": [{"id": "m"}]}), "ok", "m at http"),
        ((200, {"data": []}), "ok", "answers"),
        ((200, ["odd"]), "ok", "answers"),
        ((404, None), "ok", "answers"),
        ((200, {"data": [{"id": "other"}]}), "warning", "KB_LLM_MODEL to one of other"),
        ((401, {"error": "no key"}), "warning", "KB_LLM_API_KEY"),
        ((500, None), "warning", "answered 500"),
    ],
)
def test_the_language_model_is_asked(
    place: Place, service: Service, reply: tuple[int, object], verdict: str, said: str
) -> None:
    service.status, service.body = reply
    found = place.find("language model", llm_base_url=service.url, llm_model="m", llm_api_key="key")
    assert found.verdict == verdict
    assert said in f"{found.message} {found.hint}"
    assert service.key == "Bearer key"
