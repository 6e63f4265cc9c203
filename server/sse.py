"""Server-sent events: one encoding for every stream, with a sign of life and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from kb.errors import KbError
from server.error_responses import body_of, error_body

HEARTBEAT_S = 15.0

_EVENT_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "What it is; none in `/v1`."},
        "id": {"type": "string", "description": "Its number, for `Last-Event-ID`."},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["data"],
    "examples": [{"event": "token", "data": '{"text": "Remove "}'}],
}
SSE_RESPONSE: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Server-sent events; each `data` is one line of JSON.",
        "content": {"text/event-stream": {"itemSchema": _EVENT_SCHEMA}},
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """One event of a stream."""

    name: str
    """Empty for an unnamed event."""
    data: BaseModel | Mapping[str, object] | str
    """Sent as JSON; text is sent as it is, and must be one line."""
    number: int | None = None
    """Place in the stream, 1-based; a reader that comes back sends it as `Last-Event-ID`."""

    def encode(self) -> bytes:
        """Return the event as it goes over the wire."""
        if isinstance(self.data, str):
            text = self.data
        elif isinstance(self.data, BaseModel):
            text = self.data.model_dump_json()
        else:
            text = json.dumps(dict(self.data), ensure_ascii=False)
        number = f"id: {self.number}\n" if self.number is not None else ""
        # JSON may hold U+2028 and the like, but no raw line end: one `data` line is enough.
        name = f"event: {self.name}\n" if self.name else ""
        return f"{number}{name}data: {text}\n\n".encode()


class StreamGate:
    """Ends every open stream when the server shuts down."""

    def __init__(self) -> None:
        self._open: set[asyncio.Event] = set()
        self._closing = False

    def close(self) -> None:
        """End the streams; called on the event loop."""
        self._closing = True
        for event in self._open:
            event.set()

    @contextlib.contextmanager
    def entered(self) -> Iterator[asyncio.Event]:
        """Register a stream; the event is set when it must end."""
        event = asyncio.Event()
        if self._closing:
            event.set()
        self._open.add(event)
        try:
            yield event
        finally:
            self._open.discard(event)


def stream_events(events: AsyncGenerator[ServerEvent, None], gate: StreamGate) -> StreamingResponse:
    """Return the response that sends the events until they end, or the server does."""
    return StreamingResponse(
        _encode_all(events, gate),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def last_event_number(request: Request) -> int:
    """Return the number of the last event that a returning reader has seen, or 0."""
    value = request.headers.get("last-event-id", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


async def _encode_all(
    events: AsyncGenerator[ServerEvent, None], gate: StreamGate
) -> AsyncIterator[bytes]:
    with gate.entered() as closing:
        closed: asyncio.Future[object] = asyncio.ensure_future(closing.wait())
        upcoming: asyncio.Future[object] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.ensure_future(_next_of(events))
                await asyncio.wait(
                    {upcoming, closed}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if upcoming.done():
                    finished, upcoming = upcoming, None
                    yield _encoded(finished.result())
                elif closed.done():
                    yield _shutting_down().encode()
                    return
                else:
                    yield b": still here\n\n"
        except _StreamEnd:
            return
        except KbError as error:
            yield ServerEvent(name="error", data=body_of(error)).encode()
        finally:
            await _put_away(closed, upcoming)
            with contextlib.suppress(RuntimeError):
                await events.aclose()


class _StreamEnd(Exception):  # noqa: N818 - no error: a future cannot carry StopAsyncIteration
    """The events have ended."""


def _encoded(event: object) -> bytes:
    if not isinstance(event, ServerEvent):
        raise TypeError(f"{event!r} is no event")
    return event.encode()


async def _next_of(events: AsyncGenerator[ServerEvent, None]) -> object:
    try:
        return await anext(events)
    except StopAsyncIteration:
        raise _StreamEnd from None


async def _put_away(*futures: asyncio.Future[object] | None) -> None:
    for future in futures:
        if future is None:
            continue
        future.cancel()
        with contextlib.suppress(asyncio.CancelledError, _StreamEnd, KbError):
            await future


def _shutting_down() -> ServerEvent:
    return ServerEvent(
        name="error",
        data=error_body("shutting_down", "the server is shutting down", "start it again"),
    )
