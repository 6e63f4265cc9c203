"""The daemon's streams that end late: a container's output and its end, closable from outside.

Output comes in frames (Engine API, "Attach to a container"): one byte names the stream, three are
empty, four are the length in big-endian order; a container with a terminal sends plain bytes.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from server.sandbox.run import Run

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

Param = str | int | tuple[str, ...]
"""A value of a query; several values repeat the key."""
_HEADER_BYTES = 8
_BLOCK_BYTES = 32 * 1024
_STDERR = 2


class Source(Protocol):
    """Something bytes are read from."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end."""


class Attachment:
    """An open stream of a daemon's, read to its end by one thread, closed by any.

    Args:
        response: The daemon's answer, its body unread.
        raw: The connection was upgraded, so that its body is what comes until it is closed.
    """

    def __init__(self, response: Response, *, raw: bool) -> None:
        self._response = response
        self._closed = False
        self._socket = _socket_of(response)
        self._source: Source = _RawBody(response) if raw else _Body(response)

    def copy_to(self, run: Run, *, tty: bool = False) -> None:
        """Write what comes to the run until the stream ends or is closed.

        Raises:
            ConnectionError: It broke.
        """
        for stream, data in plain_frames(self._read) if tty else frames(self._read):
            (run.stderr if stream == _STDERR else run.stdout)(data)

    def pieces(self) -> Iterator[bytes]:
        """Yield what comes, as it comes, until the stream ends or is closed.

        Raises:
            ConnectionError: It broke.
        """
        while data := self._read(_BLOCK_BYTES):
            yield data

    def read_all(self) -> bytes:
        """Return the rest of the stream; what came until then where it was closed.

        Raises:
            ConnectionError: It broke.
        """
        return b"".join(self.pieces())

    def close(self) -> None:
        """End the stream, also under a thread that reads it."""
        self._closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            self._response.close()

    def _read(self, size: int) -> bytes:
        from urllib3.exceptions import HTTPError

        try:
            return self._source.read(size)
        except (OSError, ValueError, AttributeError, HTTPError) as error:
            if self._closed:
                return b""
            raise ConnectionError(f"the stream broke: {error}") from error


def open_stream(
    client: APIClient,
    method: str,
    path: str,
    *,
    params: Mapping[str, Param] | None = None,
    body: Mapping[str, object] | None = None,
    data: bytes | None = None,
    upgrade: bool = False,
) -> Attachment:
    """Send a request and return its answer unread.

    Args:
        client: A client of the calling thread's own.
        method: `GET` or `POST`.
        path: Below the API's version: `/containers/x/logs`.
        params: The query.
        body: Sent as JSON.
        data: Sent as a tar archive.
        upgrade: Ask for a raw connection, as `attach` and `exec` want it.

    Raises:
        docker.errors.APIError: The daemon refused.
    """
    from docker.errors import create_api_error_from_http_exception
    from requests.exceptions import HTTPError

    headers = {"Connection": "Upgrade", "Upgrade": "tcp"} if upgrade else {}
    if data is not None:
        headers["Content-Type"] = "application/x-tar"
    url = f"{client.base_url}/v{client.api_version}{path}"
    response = client.request(
        method, url, params=dict(params or {}), json=body, data=data, headers=headers, stream=True
    )
    try:
        response.raise_for_status()
    except HTTPError as error:
        create_api_error_from_http_exception(error)
    return Attachment(response, raw=upgrade)


def part(name: str) -> str:
    """Return a name or id as one part of a path, whatever stands in it."""
    return quote(name, safe="")


def frames(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (stream, data) from framed output; a cut frame ends it."""
    while len(header := _read_exactly(read, _HEADER_BYTES)) == _HEADER_BYTES:
        left = int.from_bytes(header[4:], "big")
        while left:
            data = read(min(left, _BLOCK_BYTES))
            if not data:
                return
            left -= len(data)
            yield header[0], data


def plain_frames(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (1, data) from a terminal's output."""
    while data := read(_BLOCK_BYTES):
        yield 1, data


def _read_exactly(read: Callable[[int], bytes], size: int) -> bytes:
    pieces = b""
    while len(pieces) < size:
        data = read(size - len(pieces))
        if not data:
            return b""
        pieces += data
    return pieces


class _Body:
    """Reads an answer's body piece by piece as the pieces come."""

    def __init__(self, response: Response) -> None:
        self._pieces: Iterator[bytes] = response.raw.stream(_BLOCK_BYTES, decode_content=True)
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of what has come, waiting for at least one."""
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        data, self._held = self._held[:size], self._held[size:]
        return data


class _RawBody:
    """Reads a connection that was upgraded: whatever comes until it is closed."""

    def __init__(self, response: Response) -> None:
        inner: Any = response.raw._fp  # noqa: SLF001 - the SDK itself gets at the socket so
        self._file = inner.fp

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of what has come, waiting for at least one."""
        data: bytes = self._file.read1(size)
        return data


def _socket_of(response: Response) -> socket.socket | None:
    """Return the socket under an answer, which alone can be closed under a reader."""
    raw = getattr(getattr(response.raw._fp, "fp", None), "raw", None)  # noqa: SLF001
    found = getattr(raw, "_sock", None)
    return found if isinstance(found, socket.socket) else None
