"""A real `kb serve` in a process of its own, for tests that talk to it as a client does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import PATIENCE_S, wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running `kb serve`."""

    process: subprocess.Popen[str]
    client: httpx.Client
    notes: Path
    state: Path
    url: str
    token: str


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return {**kept, "KB_SANDBOX": "off", "PYTHONUNBUFFERED": "1", **more}


def kb(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *words],
        check=False, capture_output=True, text=True, env=environment(**variables), timeout=120,
    )  # fmt: skip


def start(notes: Path, state: Path, *options: str, **variables: str) -> Process:
    words = ["serve", "--notes", str(notes), "--state", str(state), "--port", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**variables),
    )  # fmt: skip
    assert process.stdout is not None
    url, _, token = process.stdout.readline().strip().partition("/#token=")
    assert url.startswith("http://127.0.0.1:"), process.stderr and process.stderr.read()
    client = httpx.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=PATIENCE_S,
    )
    return Process(process=process, client=client, notes=notes, state=state, url=url, token=token)


def stop(running: Process) -> str:
    """End the server, and return what it wrote to stderr."""
    running.client.close()
    running.process.terminate()
    _, stderr = running.process.communicate(timeout=PATIENCE_S)
    return stderr


def wait_until_ok(client: httpx.Client, *, timeout_s: float = 120) -> dict[str, Any]:
    health: dict[str, Any] = {}

    def is_built() -> bool:
        health.update(client.get("/api/health").json())
        return bool(health["status"] != "indexing")

    wait_until(is_built, timeout_s, pause_s=0.2)
    return health
