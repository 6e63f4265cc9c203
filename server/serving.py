"""Listening: sockets that are had or refused clearly, and a server that ends in order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import Self

import uvicorn
from fastapi import FastAPI

from kb.errors import KbError
from server.services import Services

SHUTDOWN_PATIENCE_S = 5
_START_PATIENCE_S = 20.0


class PortTakenError(KbError):
    """Nothing can listen on that address."""

    default_code = "port_taken"


def listen(host: str, port: int) -> list[socket.socket]:
    """Open the sockets to serve on; loopback is had in both families where the system has them.

    Args:
        host: A name or address; `127.0.0.1` and `localhost` also listen on `::1`.
        port: 0 takes a free one.

    Raises:
        PortTakenError: The address is in use, not this machine's, or not allowed.
    """
    first = _open_socket(host, port)
    sockets = [first]
    if host in {"127.0.0.1", "localhost"} and socket.has_ipv6:
        other = "::1" if first.family is socket.AF_INET else "127.0.0.1"
        with contextlib.suppress(PortTakenError):
            sockets.append(_open_socket(other, port_of(first)))
    return sockets


def port_of(listening: socket.socket) -> int:
    """Return the port that a socket listens on."""
    return int(listening.getsockname()[1])


def _open_socket(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(2048)
    except OSError as error:
        opened.close()
        raise _cannot_listen(host, port, error) from error
    opened.set_inheritable(False)
    return opened


def _cannot_listen(host: str, port: int, error: OSError) -> PortTakenError:
    if error.errno == errno.EADDRINUSE:
        return PortTakenError(
            f"port {port} on {host} is taken by another program",
            hint="choose another with --port, or --port 0 for a free one;"
            " `kb open` shows the URL of a kb server that runs already",
        )
    return PortTakenError(
        f"cannot listen on {host} port {port}: {error.strerror or error}",
        hint="give an address of this machine with --host and a port above 1023 with --port",
        code="cannot_listen",
    )


class KbServer(uvicorn.Server):
    """A server whose streams end when it is asked to stop.

    Args:
        app: The app.
        services: Whose streams to end.
    """

    def __init__(self, app: FastAPI, services: Services) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="on",
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=SHUTDOWN_PATIENCE_S,
            )
        )
        self._services = services
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until asked to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal: streams first, so that nothing waits for them.

        The base class would raise the signal again after serving, and so end the process before
        the sandbox is stopped and the state folder given back.
        """
        del frame
        self.end_streams()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def end_streams(self) -> None:
        """End the open streams; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._services.gate.close)


class ServerThread:
    """A server in a thread of this process.

    Args:
        app: The app.
        services: What stands behind it.
        sockets: Where it listens.
    """

    def __init__(self, app: FastAPI, services: Services, sockets: list[socket.socket]) -> None:
        self._server = KbServer(app, services)
        self._thread = threading.Thread(
            target=self._server.run, args=(sockets,), name="server", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + _START_PATIENCE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise KbError("the server did not start", hint="see the log")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.end_streams()
        self._server.should_exit = True
        self._thread.join(SHUTDOWN_PATIENCE_S * 2)
