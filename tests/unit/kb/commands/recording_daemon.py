"""A daemon that does nothing: it answers the client politely and keeps what it was sent."""

from __future__ import annotations

import json
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be silent."""

    def _answer(self, content: object, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self._answer({})

    def do_GET(self) -> None:
        self._answer({"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux"})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "/containers/create" in self.path:
            self.server.created.append((self.path, json.loads(content)))
        self._answer({"Id": "0" * 64, "Warnings": []}, 201)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str) -> None:
        super().__init__(path, _Handler)
        self.created: list[tuple[str, dict[str, Any]]] = []


class RecordingDaemon:
    """Runs a client's `docker create` and returns the body that it sends."""

    def __init__(self, server: _Server, socket: Path) -> None:
        self._server = server
        self._socket = socket

    def create(self, client: str, words: list[str]) -> dict[str, Any] | None:
        """Return the body of the create request, None where the client itself gave up."""
        self._server.created.clear()
        subprocess.run(
            [client, "-H", f"unix://{self._socket}", "create", *words],
            capture_output=True, check=False, timeout=60, cwd=self._socket.parent,
            env={"DOCKER_CONFIG": str(self._socket.parent), "HOME": "/nonexistent"},
        )  # fmt: skip
        return self._server.created[-1][1] if self._server.created else None


@contextmanager
def recording_daemon(folder: Path) -> Iterator[RecordingDaemon]:
    socket = folder / "d.sock"
    with _Server(str(socket)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield RecordingDaemon(server, socket)
        finally:
            server.shutdown()
            thread.join()
