"""A line in the log and a figure for every request, under an id that the answer carries."""

from __future__ import annotations

import logging
import re
import time
import uuid
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.error_responses import internal_error_bytes
from server.metrics import Metrics

_log = logging.getLogger("kb.request")
REQUEST_ID_KEY = "kb.request_id"
"""Where the scope of a request holds its id."""
_GIVEN_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")


@dataclass(slots=True)
class _Exchange:
    """What is known of a request while it is answered."""

    request_id: str
    started: float
    status: int = 0
    answered_after_s: float = 0.0


class RequestLogMiddleware:
    """Outermost: gives ids, logs, counts, and answers for what broke inside.

    Paths and questions are never logged, only the route's pattern: notes stay private.

    Args:
        app: The app to watch.
        metrics: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and write down that it was."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(request_id=_request_id(scope), started=time.perf_counter())
        scope[REQUEST_ID_KEY] = exchange.request_id

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.answered_after_s = time.perf_counter() - exchange.started
                given = list(message.get("headers", []))
                given.append((b"x-request-id", exchange.request_id.encode()))
                message = {**message, "headers": given}
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            _log.exception("request broke", extra={"request_id": exchange.request_id})
            if exchange.status:
                raise  # too late for another answer: the connection is cut
            await _answer_internal_error(watched)
        finally:
            self._note(scope, exchange)

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        route = _pattern_of(scope)
        self._metrics.count_request(
            method=scope["method"] if scope["method"].isalpha() else "?",
            route=route,
            status=exchange.status,
            duration_s=exchange.answered_after_s,
        )
        _log.info(
            "%s %s %d",
            scope["method"],
            route,
            exchange.status,
            extra={
                "request_id": exchange.request_id,
                "method": scope["method"],
                "route": route,
                "status": exchange.status,
                "duration_ms": round((time.perf_counter() - exchange.started) * 1000, 2),
            },
        )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name.lower() == b"x-request-id":
            text = value.decode("latin-1")
            if _GIVEN_ID.match(text):
                return str(text)
    return uuid.uuid4().hex


def _pattern_of(scope: Scope) -> str:
    """The route's pattern; requests that reached none share one name."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if isinstance(path, str):
        return path
    return "/static" if scope["path"].startswith("/static/") else "(none)"


async def _answer_internal_error(send: Send) -> None:
    body = internal_error_bytes()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
