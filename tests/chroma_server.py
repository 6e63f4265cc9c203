"""A real Chroma server on this machine's loopback, once for a module of tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from kb.store.chroma import ChromaServer

_TRIES = 3


class ServedChroma:
    """A Chroma server in a process of its own, which can be ended, begun again and held.

    Args:
        folder: Where it keeps its data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.server = ChromaServer(host="127.0.0.1", port=_free_port())

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self._folder),
                "--host", self.server.host, "--port", str(self.server.port),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        """End it; its data stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let it take connections and answer none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        # On a busy machine it answers on until each of its threads has stopped.
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def collections(self) -> dict[str, int]:
        """Return its collections with the number of their vectors, as a client of its own sees."""
        url = f"{self.server.url}/api/v2/tenants/default_tenant/databases/default_database"
        with httpx.Client(trust_env=False, timeout=20) as client:
            found = client.get(f"{url}/collections", params={"limit": 1000}).json()
            return {
                each["name"]: client.get(f"{url}/collections/{each['id']}/count").json()
                for each in found
            }

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        url = f"{self.server.url}/api/v2/heartbeat"
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, "chroma run ended"
            try:
                if httpx.get(url, trust_env=False, timeout=2).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("chroma run did not start")


@contextmanager
def served_chroma(folder: Path) -> Iterator[ServedChroma]:
    """Serve until the block ends."""
    served = _started(folder)
    try:
        yield served
    finally:
        served.stop()


def _started(folder: Path, tries: int = _TRIES) -> ServedChroma:
    """Return a server that answers, on another port where somebody took the one that was free."""
    served = ServedChroma(folder)
    try:
        served.start()
    except AssertionError:
        served.stop()
        if tries == 1:
            raise
        return _started(folder, tries - 1)
    return served


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port
