"""An app over fakes, and a client with the token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.app import create_app
from server.asking import Asking
from server.command_desk import CommandDesk
from server.conversations import ConversationStore
from server.database import Database
from server.jobs import IngestJobs
from server.metrics import Metrics
from server.note_context import NoteContext
from server.note_files import NoteFiles
from server.offered_commands import OfferedCommands
from server.origins import OwnOrigins
from server.run_feeds import RunFeeds
from server.services import Access, Services
from tests.unit.server.fakes import NOTE, NOTE_TEXT, FakeAnswerer, FakeLibrary, FakeSandbox

TOKEN = "a-token-for-tests-0123456789"
PORT = 8765


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An app, what stands behind it, and the folders it works on."""

    app: FastAPI
    services: Services
    answerer: FakeAnswerer
    library: FakeLibrary
    sandbox: FakeSandbox
    offered: OfferedCommands
    notes: Path
    trash: Path


def make_bench(tmp_path: Path, *, editable: bool = True) -> Iterator[Bench]:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / NOTE).write_text(NOTE_TEXT, encoding="utf-8")
    database = Database(tmp_path / "kb.sqlite3")
    answerer, library, sandbox = FakeAnswerer(), FakeLibrary(notes), FakeSandbox()
    metrics = Metrics()
    metrics.watch(library, sandbox)
    conversations = ConversationStore(database)
    offered = OfferedCommands(database, library)
    services = Services(
        access=Access(token=TOKEN, origins=OwnOrigins(host="127.0.0.1", port=PORT)),
        answerer=answerer,
        library=library,
        asking=Asking(
            answerer=answerer, conversations=conversations, offered=offered, metrics=metrics
        ),
        conversations=conversations,
        desk=CommandDesk(
            offered=offered, sandbox=sandbox, context=NoteContext(library), metrics=metrics
        ),
        sandbox=sandbox,
        note_files=NoteFiles(notes, trash=tmp_path / "trash", editable=editable),
        jobs=IngestJobs(library),
        run_feeds=RunFeeds(sandbox.runs),
        metrics=metrics,
    )
    yield Bench(
        app=create_app(services),
        services=services,
        answerer=answerer,
        library=library,
        sandbox=sandbox,
        offered=offered,
        notes=notes,
        trash=tmp_path / "trash",
    )
    services.jobs.close()
    services.ask_threads.shutdown()
    database.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield from make_bench(tmp_path)


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    with TestClient(
        bench.app,
        base_url=f"http://127.0.0.1:{PORT}",
        headers={"Authorization": f"Bearer {TOKEN}"},
        raise_server_exceptions=False,
    ) as client:
        yield client
