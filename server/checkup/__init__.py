"""What `kb doctor` looks at: each check says what it found, and how to mend what is wrong."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from kb.errors import KbError
from server.settings import Settings
from server.state import StateFolder, default_state_path

Verdict = Literal["ok", "warning", "broken"]

_MIN_PYTHON: Final = (3, 11)
_BELOW_PYTHON: Final = (3, 14)
_MIN_FREE_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    verdict: Verdict
    message: str
    hint: str = ""
    """How to mend it."""


def check_up(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for every check, in the order in which things depend on each other."""
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("python", _check_python),
        ("notes", _check_notes),
        ("state", _check_state),
        ("disk", _check_disk),
        ("port", _check_port),
        ("model", _check_model),
        ("vectors", _check_vectors),
        ("index", _check_index),
        ("language model", _check_chat_model),
        ("sandbox", _check_sandbox),
    )
    for name, check in checks:
        try:
            yield check(settings)
        except KbError as error:
            yield Finding(check=name, verdict="broken", message=error.message, hint=error.hint)
        except (OSError, ImportError) as error:
            yield Finding(
                check=name,
                verdict="broken",
                message=f"{type(error).__name__}: {error}",
                hint="install kb again: `make setup`",
            )


def _state_of(settings: Settings) -> StateFolder:
    return StateFolder(settings.state or default_state_path(settings.notes_dir))


def _check_python(_settings: Settings) -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if _MIN_PYTHON <= sys.version_info[:2] < _BELOW_PYTHON:
        return Finding(check="python", verdict="ok", message=version)
    return Finding(
        check="python",
        verdict="broken",
        message=f"{version} is not supported",
        hint="install Python 3.11, 3.12 or 3.13, and run `make setup`",
    )


def _check_notes(settings: Settings) -> Finding:
    from ingest.vault import Vault

    scan = Vault(settings.notes_dir).scan()
    message = f"{len(scan.files)} notes in {settings.notes_dir}"
    if not scan.files:
        return Finding(
            check="notes",
            verdict="warning",
            message=message,
            hint="give the folder with your .md files by --notes or KB_NOTES",
        )
    if scan.warnings:
        first = scan.warnings[0]
        message += f"; {len(scan.warnings)} left out, the first: {first.note}: {first.message}"
        return Finding(check="notes", verdict="warning", message=message, hint=first.hint)
    return Finding(check="notes", verdict="ok", message=message)


def _check_state(settings: Settings) -> Finding:
    state = _state_of(settings)
    if not os.access(state.path, os.W_OK):
        return Finding(
            check="state",
            verdict="broken",
            message=f"{state.path} cannot be written",
            hint="change its permissions, or give another folder with --state",
        )
    running = state.running_server()
    message = str(state.path)
    if running is not None:
        message += f", used by the server at {running.url} (process {running.pid})"
    elif state.is_locked():
        return Finding(
            check="state",
            verdict="warning",
            message=f"{state.path} is in use by another kb process",
            hint="wait for it to end, or stop it",
        )
    return Finding(check="state", verdict="ok", message=message)


def _check_disk(settings: Settings) -> Finding:
    free_bytes = shutil.disk_usage(_state_of(settings).path).free
    message = f"{free_bytes / 1e9:.1f} GB free for the state folder"
    if free_bytes < _MIN_FREE_BYTES:
        return Finding(
            check="disk",
            verdict="warning",
            message=message,
            hint="make room, or put the state elsewhere with --state",
        )
    return Finding(check="disk", verdict="ok", message=message)


def _check_port(settings: Settings) -> Finding:
    running = _state_of(settings).running_server()
    if running is not None:
        return Finding(check="port", verdict="ok", message=f"the server answers at {running.url}")
    with socket.socket() as probe:
        probe.settimeout(1.0)
        taken = probe.connect_ex(("127.0.0.1", settings.port)) == 0
    if taken:
        return Finding(
            check="port",
            verdict="warning",
            message=f"port {settings.port} is taken by another program",
            hint="start with another one: `kb serve --port 8766`",
        )
    return Finding(check="port", verdict="ok", message=f"port {settings.port} is free")


def _check_model(settings: Settings) -> Finding:
    from ingest.embedding import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    vector = embedder.embed_query("docker").vector
    return Finding(
        check="model",
        verdict="ok",
        message=f"{embedder.name}, {vector.shape[0]} dimensions, in {embedder.folder}",
    )


def _check_vectors(settings: Settings) -> Finding:
    from kb.store.chroma import greet
    from server.wiring import chroma_server

    server = chroma_server(settings)
    if server is None:
        return Finding(check="vectors", verdict="ok", message="Chroma runs inside the process")
    greet(server)
    return Finding(
        check="vectors", verdict="ok", message=f"the Chroma server at {server.url} answers"
    )


def _check_index(settings: Settings) -> Finding:
    from server.api_client import ApiClient

    state = _state_of(settings)
    running = state.running_server()
    if running is None:
        catalogs = list((state.path / "index").glob("*/catalog.sqlite3"))
        if catalogs:
            return Finding(check="index", verdict="ok", message=f"built, in {state.path / 'index'}")
        return Finding(
            check="index",
            verdict="warning",
            message="not built yet",
            hint="run `kb ingest`, or start `kb serve`: it builds the index first",
        )
    client = ApiClient(url=running.url, token=running.token, own=False)
    health = client.get("/api/health")
    client.close()
    counts = f"{health['index']['notes']} notes, {health['index']['chunks']} chunks"
    verdict: Verdict = "ok" if health["status"] == "ok" else "warning"
    return Finding(
        check="index",
        verdict=verdict,
        message=f"{health['status']}: {counts} {health['message']}".strip(),
        hint="" if verdict == "ok" else "wait for indexing to end, or look at the message",
    )


def _check_chat_model(settings: Settings) -> Finding:
    from server.wiring import make_chat_model

    model = make_chat_model(settings)
    if model is None:
        message = "none set (optional); answers are quotes of the notes"
    else:
        message = f"{model.name} at {settings.llm_base_url}"
        model.close()
    return Finding(check="language model", verdict="ok", message=message)


def _check_sandbox(settings: Settings) -> Finding:
    from server.sandbox.service import Sandbox
    from server.wiring import sandbox_settings

    status = Sandbox(sandbox_settings(settings, _state_of(settings), port=settings.port)).status()
    if settings.sandbox == "off":
        return Finding(check="sandbox", verdict="ok", message="switched off (KB_SANDBOX=off)")
    if status.driver == "off" or status.state == "unavailable":
        return Finding(
            check="sandbox",
            verdict="warning",
            message="none; questions are answered, commands are not run",
            hint=status.message,
        )
    return Finding(
        check="sandbox", verdict="ok", message=f"can be had by the driver {status.driver}"
    )
