"""Lets the daemon, and it alone, reach a registry mirror on the machine's loopback.

The listening socket is made inside the sandbox's network namespace, at its own 127.0.0.1, which no
container can reach; connections from it are opened in the machine's.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading

from server.sandbox.managed import kernel

_BLOCK_BYTES = 64 * 1024


def forward_loopback(pid: int, port: int) -> None:
    """Serve `127.0.0.1:port` in the network namespace of `pid` from the machine's own.

    Args:
        pid: A process in the namespace.
        port: The same port on both sides.
    """
    listener = _listen_inside(pid, port)
    threading.Thread(target=_serve, args=(listener, port), name="mirror", daemon=True).start()


def _listen_inside(pid: int, port: int) -> socket.socket:
    """Make the socket in a thread of its own, since a thread stays in the namespace it entered."""
    made: list[socket.socket] = []
    errors: list[OSError] = []

    def make() -> None:
        handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            kernel.enter_namespace(handle, kernel.CLONE_NEWNET)
            kernel.run_tool("ip", "link", "set", "lo", "up")
            made.append(socket.create_server(("127.0.0.1", port)))
        except OSError as error:
            errors.append(error)
        finally:
            os.close(handle)

    thread = threading.Thread(target=make, name="mirror-socket")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return made[0]


def _serve(listener: socket.socket, port: int) -> None:
    while True:
        try:
            inside, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_connect, args=(inside, port), daemon=True).start()


def _connect(inside: socket.socket, port: int) -> None:
    try:
        outside = socket.create_connection(("127.0.0.1", port), timeout=10)
    except OSError:
        inside.close()
        return
    outside.settimeout(None)
    threading.Thread(target=_pump, args=(outside, inside), daemon=True).start()
    _pump(inside, outside)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_BLOCK_BYTES):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
