"""A socket that lets the real Compose program talk to the daemon, request by request.

Each request is read whole, judged by the gate, and written anew for the daemon with a body and
headers of ours: what was not understood is not passed on. A connection carries one request.

It is a Unix socket in a private folder. Where there are none (Windows), it is a port of this
machine's loopback, and each request must carry a key that only Compose was told.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import secrets
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import CommandRefusedError, InvalidInputError, KbError
from server.sandbox.connection import open_connection
from server.sandbox.runner.context import MAX_CONTEXT_BYTES
from server.sandbox.runner.gate import Gate, Passed, carries_files, judge, record

_MAX_LINE_BYTES = 64 * 1024
_MAX_JSON_BYTES = 4 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
_PASSED_HEADERS = ("Content-Type", "Accept")
_KEY_HEADER = "X-Kb-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterAddress:
    """Where the filter is, and what its requests must carry."""

    url: str
    """For `DOCKER_HOST`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of every request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A request as it was read."""

    method: str
    target: str
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def upgrades(self) -> bool:
        """It asks for a raw connection."""
        return "upgrade" in (self.headers.get("Connection") or "").lower()


@contextlib.contextmanager
def serve_filter(gate: Gate, *, folder: Path | None) -> Iterator[FilterAddress]:
    """Serve the filter while the block lasts.

    Args:
        gate: Judges the requests.
        folder: A private folder for its Unix socket; None for a port of the loopback.
    """
    with _LoopbackServer(gate) if folder is None else _UnixServer(gate, folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="compose-filter")
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    """Judges requests that carry the headers of its address."""

    daemon_threads = True
    gate: Gate
    address: FilterAddress

    def admits(self, headers: http.client.HTTPMessage) -> bool:
        """Tell whether a request comes from whom the address was given to."""
        return all(
            secrets.compare_digest((headers.get(name) or "").encode(), value.encode())
            for name, value in self.address.headers.items()
        )


class _UnixServer(_Server):
    def __init__(self, gate: Gate, folder: Path) -> None:
        path = folder / "docker.sock"
        self.address_family = socket.AF_UNIX
        super().__init__(str(path), _Handler)  # type: ignore[arg-type]
        path.chmod(0o600)
        self.gate, self.address = gate, FilterAddress(url=f"unix://{path}")


class _LoopbackServer(_Server):
    def __init__(self, gate: Gate) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gate = gate
        self.address = FilterAddress(
            url=f"tcp://127.0.0.1:{self.server_address[1]}",
            headers={_KEY_HEADER: secrets.token_urlsafe(32)},
        )


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Read one request, judge it, pass it on."""
        gate = self.server.gate
        with contextlib.suppress(OSError):
            try:
                request = _read_request(self.rfile)
                if request is None:
                    return
                if not self.server.admits(request.headers):
                    raise CommandRefusedError("a request of a program that was not asked")
                passed = judge(gate, request.method, request.target, request.body)
            except KbError as error:
                gate.keep_refusal(error)
                self._refuse(error)
                return
            record(gate, request.method, passed)
            _pass_on(gate, request, passed, self.connection, self.rfile)

    def _refuse(self, error: KbError) -> None:
        body = json.dumps({"message": error.message}).encode()
        head = (
            "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)


def _read_request(stream: io.BufferedIOBase) -> _Request | None:
    line = stream.readline(_MAX_LINE_BYTES).decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise InvalidInputError("a request cannot be read")
    try:
        headers = http.client.parse_headers(stream)
    except http.client.HTTPException as error:
        raise InvalidInputError("a request's headers cannot be read") from error
    return _Request(
        method=words[0],
        target=words[1],
        headers=headers,
        body=_read_body(stream, headers, most=_most_bytes(words[1])),
    )


def _most_bytes(target: str) -> int:
    return MAX_CONTEXT_BYTES if carries_files(target) else _MAX_JSON_BYTES


def _read_body(stream: io.BufferedIOBase, headers: http.client.HTTPMessage, *, most: int) -> bytes:
    if (headers.get("Transfer-Encoding") or "").lower() == "chunked":
        return _read_chunks(stream, most)
    try:
        length = int(headers.get("Content-Length") or 0)
    except ValueError as error:
        raise InvalidInputError("a request's length cannot be read") from error
    if not 0 <= length <= most:
        raise InvalidInputError("a request is too long")
    return stream.read(length)


def _read_chunks(stream: io.BufferedIOBase, most: int) -> bytes:
    body = bytearray()
    while True:
        try:
            size = int(stream.readline(_MAX_LINE_BYTES).split(b";")[0], 16)
        except ValueError as error:
            raise InvalidInputError("a request's body cannot be read") from error
        if size < 0 or len(body) + size > most:
            raise InvalidInputError("a request is too long")
        body += stream.read(size)
        stream.readline(_MAX_LINE_BYTES)
        if size == 0:
            return bytes(body)


def _pass_on(
    gate: Gate,
    request: _Request,
    passed: Passed,
    client: socket.socket,
    rest: io.BufferedIOBase,
) -> None:
    with open_connection(gate.endpoint.base_url, gate.endpoint.tls) as daemon:
        daemon.sendall(_head(request, passed) + passed.body)
        # Over TLS no input is passed on: a TLS connection cannot be closed by half, nor used by two
        # threads at once. Compose has none to pass: its standard input is empty.
        if request.upgrades and gate.endpoint.tls is None:
            threading.Thread(target=_pump_input, args=(rest, daemon), daemon=True).start()
        while data := daemon.recv(_BLOCK_BYTES):
            client.sendall(data)


def _head(request: _Request, passed: Passed) -> bytes:
    lines = [f"{request.method} {passed.target} HTTP/1.1", "Host: sandbox"]
    for name in _PASSED_HEADERS:
        value = request.headers.get(name)
        if value and "\r" not in value and "\n" not in value:
            lines.append(f"{name}: {value}")
    lines += ["Connection: Upgrade", "Upgrade: tcp"] if request.upgrades else ["Connection: close"]
    lines.append(f"Content-Length: {len(passed.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _pump_input(source: io.BufferedIOBase, target: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := source.read1(_BLOCK_BYTES):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
