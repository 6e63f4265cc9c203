"""Vectors on a real Chroma server: the stores' contract, whole syncs, and a server that goes."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.service import IndexService
from kb.errors import IndexUnavailableError, InvalidInputError, VectorServerError
from kb.ports import ChunkStore
from kb.store.chroma import ChromaServer, ChromaStore, delete_collections
from tests.chroma_server import ServedChroma, served_chroma
from tests.fakes import FakeEmbedder
from tests.integration.index_states import contents, index_of, opened
from tests.integration.kb_process import kb, start, stop, wait_until_ok
from tests.unit.kb.store.contracts import DIMENSION, ChunkStoreContract, unit, window
from tests.waiting import PATIENCE_S, wait_until

COMMANDS = "# Команды\n\n```\ndocker ps\n```\n\nКакие контейнеры работают.\n\n* -a - все\n"
VOLUMES = "> Где лежит том?\n\nВ папке демона.\n"

_numbers = itertools.count()


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedChroma]:
    with served_chroma(tmp_path_factory.mktemp("chroma")) as served:
        yield served


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "команды.md").write_text(COMMANDS, encoding="utf-8")
    (folder / "том.md").write_text(VOLUMES, encoding="utf-8")
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


class TestChromaStoreOnAServer(ChunkStoreContract):
    @pytest.fixture
    def store(self, chroma: ServedChroma) -> Iterator[ChunkStore]:
        name = f"contract-{next(_numbers)}"
        store = ChromaStore(chroma.server, dimension=DIMENSION, collection=name)
        yield store
        store.close()


def collections_of(chroma: ServedChroma, state: Path) -> dict[str, int]:
    owner = (state / "durable" / "vector-server-id").read_text().strip()
    return {name: count for name, count in chroma.collections().items() if owner in name}


def state_of(service: IndexService) -> str:
    return service.status.state


def test_a_sync_goes_to_the_server_and_a_restart_finds_it(
    chroma: ServedChroma, notes: Path, state: Path, tmp_path: Path
) -> None:
    embedder = FakeEmbedder()
    with opened(notes, state, embedder, chroma=chroma.server) as service:
        service.sync()
        after = contents(service)
        (name,) = collections_of(chroma, state)
        assert index_of(service).fingerprint in name
    assert list(state.rglob("chroma.sqlite3")) == []
    embedder.embedded.clear()
    with opened(notes, state, embedder, chroma=chroma.server) as service:
        assert contents(service) == after
        (notes / "новое.md").write_text("Слово о порте.\n", encoding="utf-8")
        (notes / "том.md").unlink()
        service.sync()
        changed = contents(service)
        assert list(collections_of(chroma, state)) == [name]
    assert len(embedder.embedded) == 1
    with opened(notes, tmp_path / "inside") as inside:
        inside.sync()
        assert contents(inside) == changed, "the server and a folder hold different indexes"


def test_two_notes_folders_do_not_mix(chroma: ServedChroma, notes: Path, tmp_path: Path) -> None:
    other_notes = tmp_path / "other" / "notes"
    other_notes.mkdir(parents=True)
    (other_notes / "порт.md").write_text("Порт открыт.\n", encoding="utf-8")
    with (
        opened(notes, tmp_path / "one", chroma=chroma.server) as one,
        opened(other_notes, tmp_path / "two", chroma=chroma.server) as two,
    ):
        one.sync()
        before = contents(one)
        two.sync()
        assert contents(one) == before
        assert len(contents(two)[1]) == 1  # type: ignore[arg-type]
        one.sync()
        two.sync()
        assert contents(one) == before
        assert len(collections_of(chroma, tmp_path / "two")) == 1


def test_a_new_fingerprint_swaps_and_its_old_collection_goes(
    chroma: ServedChroma, notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(notes, state, chroma=chroma.server) as service:
        service.sync()
        old = index_of(service).fingerprint
        before = contents(service)
    monkeypatch.setattr("ingest.index_files._source", lambda *_: b"other code")
    embedder = FakeEmbedder()
    with opened(notes, state, embedder, chroma=chroma.server) as service:
        assert index_of(service).fingerprint == old
        assert contents(service) == before
        service.sync()
        assert embedder.embedded == []
        assert contents(service) == before
        assert len(collections_of(chroma, state)) == 2, "questions may still read the old one"
        service.sync()
        (kept,) = collections_of(chroma, state)
        assert index_of(service).fingerprint in kept
        assert old not in kept


def test_a_deleted_index_folder_leaves_no_collection_behind(
    chroma: ServedChroma, notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(notes, state, chroma=chroma.server) as service:
        service.sync()
    shutil.rmtree(state / "index")
    monkeypatch.setattr("ingest.index_files._source", lambda *_: b"other code")
    with opened(notes, state, chroma=chroma.server) as service:
        service.sync()
        service.sync()
        contents(service)
    assert len(collections_of(chroma, state)) == 1


def test_a_change_of_place_fills_the_vectors_again_and_embeds_nothing(
    chroma: ServedChroma, notes: Path, state: Path
) -> None:
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        service.sync()
    embedder.embedded.clear()
    with opened(notes, state, embedder, chroma=chroma.server) as service:
        before = contents(service)
        assert embedder.embedded == []
        (notes / "том.md").write_text(VOLUMES.replace("демона", "другой"), encoding="utf-8")
        service.sync()
        after = contents(service)
        assert before != after
    embedder.embedded.clear()
    with opened(notes, state, embedder) as service:
        assert contents(service) == after
    assert embedder.embedded == []


def test_a_collection_that_was_lost_is_told_and_filled_again(
    chroma: ServedChroma, notes: Path, state: Path
) -> None:
    with opened(notes, state, chroma=chroma.server) as service:
        service.sync()
        before = contents(service)
        delete_collections(
            chroma.server, is_unwanted=lambda name: name in collections_of(chroma, state)
        )
        with pytest.raises(IndexUnavailableError) as caught:
            index_of(service).vectors.query(FakeEmbedder().embed_query("том").vector, top_k=3)
        assert caught.value.code == "index_damaged"
        assert state_of(service) == "degraded"
        service.sync()
        assert contents(service) == before
        assert state_of(service) == "ok"


def test_a_server_that_goes_away_is_told_and_comes_back(
    notes: Path, state: Path, tmp_path: Path
) -> None:
    with served_chroma(tmp_path / "chroma") as chroma:
        with opened(notes, state, chroma=chroma.server) as service:
            service.sync()
            before = contents(service)
            chroma.stop()
            with pytest.raises(VectorServerError, match=chroma.server.url) as caught:
                index_of(service).vectors.query(FakeEmbedder().embed_query("том").vector, top_k=3)
            assert "KB_CHROMA_URL" in caught.value.hint
            assert state_of(service) == "degraded"
            assert chroma.server.url in service.status.message
            (notes / "новое.md").write_text("Слово о порте.\n", encoding="utf-8")
            with pytest.raises(VectorServerError):
                service.sync()
            chroma.start()
            assert contents(service) == before
            service.sync()
            assert state_of(service) == "ok"
            after = contents(service)
            chroma.stop()
        service = IndexService(
            notes=notes, state=state, embedder=FakeEmbedder(), chroma=chroma.server
        )
        with pytest.raises(VectorServerError):
            service.open()
        chroma.start()
        with opened(notes, state, chroma=chroma.server) as service:
            assert contents(service) == after, "the index was thrown away with its server"


def test_a_server_that_is_silent_does_not_hold_a_question_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.store.chroma._GREETING_TIMEOUT_S", 5.0)
    monkeypatch.setattr("kb.store.chroma._ANSWER_TIMEOUT_S", 5.0)
    with served_chroma(tmp_path / "chroma") as chroma:
        store = ChromaStore(chroma.server, dimension=DIMENSION, collection="silent")
        store.upsert([window("x", unit(1))])
        with chroma.held():
            started = time.monotonic()
            with pytest.raises(VectorServerError):
                store.query(unit(1), top_k=1)
            with pytest.raises(VectorServerError):
                ChromaStore(chroma.server, dimension=DIMENSION, collection="silent")
            assert time.monotonic() - started < PATIENCE_S
        assert store.query(unit(1), top_k=1)
        store.close()


def test_questions_get_a_clear_error_while_the_server_is_away(
    notes: Path, state: Path, tmp_path: Path
) -> None:
    question = {"question": "где лежит том"}
    with served_chroma(tmp_path / "chroma") as chroma:
        chroma.stop()
        running = start(notes, state, KB_CHROMA_URL=chroma.server.url)
        try:
            assert wait_until_ok(running.client)["status"] == "degraded"
            for path in ("/api/ask", "/v1/chat/completions"):
                body = question | {"messages": [{"role": "user", "content": "том"}], "model": "kb"}
                asked = running.client.post(path, json=question if "ask" in path else body)
                assert asked.status_code == 503
                assert asked.json()["error"]["code"] == "chroma_unavailable", asked.text
                assert "KB_CHROMA_URL" in asked.text
            chroma.start()
            wait_for_status(running.client, "ok")
            answer = running.client.post("/api/ask", json=question).json()
            assert answer["citations"][0]["note"] == "том.md"
            chroma.stop()
            away = running.client.post("/api/ask", json=question)
            assert away.status_code == 503
            assert away.json()["error"]["code"] == "chroma_unavailable"
            assert running.client.get("/api/health").json()["status"] == "degraded"
            stream = running.client.post("/api/ask/stream", json=question).text
            assert "event: error" in stream
            assert "chroma_unavailable" in stream
            chroma.start()
            assert running.client.post("/api/ask", json=question).status_code == 200
        finally:
            stderr = stop(running)
    assert "Traceback" not in stderr


def wait_for_status(client: httpx.Client, status: str) -> None:
    wait_until(lambda: client.get("/api/health").json()["status"] == status, pause_s=0.3)


def test_the_command_line_tells_of_a_missing_server(notes: Path, state: Path) -> None:
    where = ["--notes", str(notes), "--state", str(state)]
    asked = kb("ask", "где лежит том", *where, KB_CHROMA_URL="http://127.0.0.1:9")
    assert asked.returncode == 1
    assert "http://127.0.0.1:9 does not answer" in asked.stderr
    assert "Traceback" not in asked.stderr
    wrong = kb("ask", "где лежит том", *where, KB_CHROMA_URL="127.0.0.1:8000")
    assert wrong.returncode == 2
    assert "KB_CHROMA_URL" in wrong.stderr


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://chroma/", "http://chroma:8000"),
        ("https://chroma.example.org", "https://chroma.example.org:443"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_addresses(url: str, address: str) -> None:
    assert ChromaServer.from_url(url).url == address


@pytest.mark.parametrize(
    "url",
    [
        "chroma:8000", "127.0.0.1:8000", "file:///etc", "http://", "http://x:99999", "http://x:y",
        "http://x:0", "http://user:word@x:8000", "http://x:8000/api", "http://x:8000?a=b",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="no address") as caught:
        ChromaServer.from_url(url)
    assert "KB_CHROMA_URL" in caught.value.hint
