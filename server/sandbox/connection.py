"""Raw connections to the daemon: over a Unix socket, TCP, or TLS on TCP."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from server.sandbox.driver import TlsFiles

_PROBE_TIMEOUT_S = 5.0
_DEFAULT_PORT = 2375


def open_connection(
    base_url: str, tls: TlsFiles | None = None, *, timeout_s: float | None = None
) -> socket.socket:
    """Return a connection to a daemon; with TLS both sides have proved themselves.

    Args:
        base_url: Its address.
        tls: What both prove themselves with; None for a plain connection.
        timeout_s: How long any step may take.

    Raises:
        OSError: Nothing takes connections there, or it is not who it should be.
    """
    parts = urlsplit(base_url)
    if parts.scheme == "unix":
        return _connect_unix(parts.path, timeout_s)
    host = parts.hostname or ""
    plain = socket.create_connection((host, parts.port or _DEFAULT_PORT), timeout_s)
    if tls is None:
        return plain
    try:
        return _context(tls).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def why_closed(base_url: str, tls: TlsFiles | None = None) -> OSError | None:
    """Return why nothing takes connections at an address; None where something does."""
    try:
        open_connection(base_url, tls, timeout_s=_PROBE_TIMEOUT_S).close()
    except OSError as error:
        return error
    return None


def _connect_unix(path: str, timeout_s: float | None) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout_s)
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _context(tls: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.authority))
    context.load_cert_chain(tls.certificate, tls.key)
    return context
