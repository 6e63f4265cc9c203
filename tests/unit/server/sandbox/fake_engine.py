"""A Docker Engine that runs nothing: it keeps what it is sent, and a started container is a TLS
listener with the certificates that were put into it."""

from __future__ import annotations

import io
import json
import re
import socket
import socketserver
import ssl
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

INFO = {
    "OSType": "linux",
    "OperatingSystem": "Debian GNU/Linux 12",
    "NCPU": 2,
    "MemTotal": 8 * 1024**3,
    "SecurityOptions": ["name=seccomp,profile=default"],
}
ADDRESS = "172.30.0.2"


@dataclass
class Container:
    """A container that was made."""

    body: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    listener: TlsListener | None = None


class FakeEngine:
    """What the engine holds, and what it was asked."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = dict(INFO)
        self.images = {"docker:28-dind"}
        self.pull_error = ""
        self.log = ""
        self.dies = False
        """Whether a container ends as soon as it is started."""
        self.containers: dict[str, Container] = {}
        self.networks: dict[str, dict[str, Any]] = {}
        self.volumes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        """Every request that changes something: `POST /containers/create`."""

    def close(self) -> None:
        for container in self.containers.values():
            self.end(container)

    @staticmethod
    def end(container: Container) -> None:
        if container.listener is not None:
            container.listener.close()
            container.listener = None

    def inspect(self, name: str) -> dict[str, Any]:
        container = self.containers[name]
        return {
            "Config": {"Tty": False, **container.body},
            "State": {"Running": container.listener is not None},
            "NetworkSettings": {"Networks": {name: {"IPAddress": ADDRESS}}},
        }

    def start(self, name: str) -> None:
        container = self.containers[name]
        if not self.dies:
            (published,) = container.body["HostConfig"]["PortBindings"]["2376/tcp"]
            container.listener = TlsListener(container.files, int(published["HostPort"]))


class TlsListener:
    """Shakes hands with whoever has the right certificate, and hangs up."""

    def __init__(self, files: dict[str, bytes], port: int = 0) -> None:
        self._context = _server_context(files)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with plain:
                try:
                    self._context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    continue


def _server_context(files: dict[str, bytes]) -> ssl.SSLContext:
    import tempfile

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=files["kb-sandbox/ca.pem"].decode())
    with tempfile.TemporaryDirectory() as name:
        pair = Path(name, "pair.pem")
        pair.write_bytes(files["kb-sandbox/server.pem"] + files["kb-sandbox/server-key.pem"])
        context.load_cert_chain(pair)
    return context


@contextmanager
def serve_engine(folder: Path) -> Iterator[tuple[FakeEngine, str]]:
    """Serve a fake engine; yields it and its address."""
    engine, path = FakeEngine(), folder / "engine.sock"
    with _Server(str(path), engine) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield engine, f"unix://{path}"
        finally:
            server.shutdown()
            thread.join()
            engine.close()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, engine: FakeEngine) -> None:
        super().__init__(path, _Handler)
        self.engine = engine


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be silent."""

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def do_PUT(self) -> None:
        self._route()

    def do_DELETE(self) -> None:
        self._route()

    def _route(self) -> None:
        parts = urlsplit(self.path)
        self.path = re.sub(r"^/v[0-9.]+", "", parts.path)
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command != "GET":
            self.server.engine.asked.append(f"{self.command} {self.path}")
        try:
            self._answer(*self._reply())
        except KeyError as error:
            self._answer(404, {"message": f"no such thing: {error}"})

    def _reply(self) -> tuple[int, object]:
        engine = self.server.engine
        kind, *rest = self.path.strip("/").split("/")
        if kind in {"version", "info"}:
            return 200, {"ApiVersion": "1.41"} if kind == "version" else engine.info
        if kind == "images":
            return self._image("/".join(rest))
        if kind == "containers":
            return self._container(*rest)
        places = engine.networks if kind == "networks" else engine.volumes
        if self.command == "POST":
            made = json.loads(self.body)
            places[made["Name"]] = made
            return 201, {"Id": made["Name"], **made}
        if self.command == "DELETE":
            del places[rest[0]]
            return 204, None
        return 200, places[rest[0]]

    def _image(self, rest: str) -> tuple[int, object]:
        engine = self.server.engine
        if rest != "create":
            name = rest.removesuffix("/json")
            if name not in engine.images:
                raise KeyError(name)
            return 200, {"Id": name}
        if engine.pull_error:
            return 200, {"error": engine.pull_error}
        engine.images.add(f"{self.query['fromImage']}:{self.query['tag']}")
        return 200, {"status": "pulled"}

    def _container(self, name: str, what: str = "") -> tuple[int, object]:
        engine = self.server.engine
        if name == "create":
            engine.containers[self.query["name"]] = Container(json.loads(self.body))
            return 201, {"Id": self.query["name"], "Warnings": []}
        container = engine.containers[name]
        if self.command == "DELETE":
            engine.end(engine.containers.pop(name))
        elif what == "archive":
            with tarfile.open(fileobj=io.BytesIO(self.body)) as tar:
                container.files = {
                    each.name: file.read() for each in tar if (file := tar.extractfile(each))
                }
        elif what == "start":
            engine.start(name)
        elif what == "stop":
            engine.end(container)
        elif what == "json":
            return 200, engine.inspect(name)
        elif what == "logs":
            return 200, _frame(engine.log)
        return 204, None

    def _answer(self, status: int, content: object) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(0 if status == 204 else len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)


def _frame(text: str) -> bytes:
    data = text.encode()
    return b"\x02\0\0\0" + len(data).to_bytes(4, "big") + data
