"""A real `kb serve` in a process of its own, over notes that a test writes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TOKEN = "a-token-for-the-browser-tests"
_START_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveServer:
    """A server that answers."""

    url: str
    token: str
    notes: Path
    process: subprocess.Popen[str]

    @property
    def page_url(self) -> str:
        """What the start prints: the page with the token in its fragment."""
        return f"{self.url}/#token={self.token}"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    def health(self) -> dict[str, object]:
        """What it says of itself."""
        return read_health(self.url)


def write_notes(folder: Path, notes: Mapping[str, str]) -> None:
    """Write notes into a folder, with the folders inside it."""
    for path, text in notes.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


@contextmanager
def serve(
    folder: Path,
    notes: Mapping[str, str],
    *,
    edit: bool = False,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    await_index: bool = True,
) -> Iterator[LiveServer]:
    """Serve notes until the block ends.

    Args:
        folder: Where the notes and the state are put.
        notes: Path -> text.
        edit: Whether notes may be saved.
        port: The port; 0 takes a free one.
        environment: `KB_*` variables; the sandbox is off unless they say otherwise.
        await_index: Begin the block when the first index is complete, not before.
    """
    vault = folder / "notes"
    vault.mkdir(parents=True, exist_ok=True)
    write_notes(vault, notes)
    command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port)]
    command += ["--notes", str(vault), "--state", str(folder / "state")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [*command, "--edit"] if edit else command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**clean, "KB_TOKEN": TOKEN, "KB_SANDBOX": "off", **(environment or {})},
        )
    try:
        url = _read_url(process, folder / "server.log")
        if await_index:
            _await_index(url, process)
        yield LiveServer(url=url, token=TOKEN, notes=vault, process=process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stdout:
            process.stdout.close()


def _read_url(process: subprocess.Popen[str], log: Path) -> str:
    """Return the URL that the server prints, without the token."""
    if process.stdout is None:
        raise AssertionError("the output of the server is a pipe")
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
    try:
        line = lines.get(timeout=_START_S)
    except queue.Empty:
        raise AssertionError(f"no URL in {_START_S} s: {log.read_text()}") from None
    if "#token=" not in line:
        raise AssertionError(f"the server did not start: {line}{log.read_text()}")
    return line.split("/#token=")[0].strip()


def _forward(stream: IO[str], lines: queue.Queue[str]) -> None:
    try:
        for line in stream:
            lines.put(line)
    except ValueError:
        pass  # closed at the end
    lines.put("")


def _await_index(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        with suppress(OSError):
            if read_health(url)["status"] in {"ok", "degraded"}:
                return
        time.sleep(0.2)
    raise AssertionError(f"no index after {_START_S} s")


def read_health(url: str) -> dict[str, object]:
    """Return what a server says of itself.

    Raises:
        OSError: It does not answer.
    """
    with urllib.request.urlopen(f"{url}/api/health", timeout=30) as response:
        body: dict[str, object] = json.load(response)
    return body
