"""The guard before everything: who may ask, from where, and with what kind of body.

One pure ASGI middleware over http and websocket. It refuses by default: a path is open only when
it is named in `OPEN_PATHS` or lies under `/static/`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.error_responses import error_bytes
from server.origins import OwnOrigins

OPEN_PATHS = frozenset({"/", "/openapi.json", "/api/health"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

MAX_JSON_BYTES = 256 * 1024
MAX_NOTE_BYTES = 10 * 1024 * 1024

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a request goes no further."""

    status: int
    code: str
    message: str
    hint: str = ""


class SecurityMiddleware:
    """Checks every request before the app sees it, and marks every answer.

    Args:
        app: The app to guard.
        origins: Which hosts and origins are ours.
        token: The access token.
    """

    def __init__(self, app: ASGIApp, *, origins: OwnOrigins, token: str) -> None:
        self._app = app
        self._origins = origins
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why not."""
        if scope["type"] == "http":
            await self._guard_http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._guard_websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _guard_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        marked = _with_security_headers(scope, send)
        rejection = self._reject(scope) or _reject_content_type(scope)
        if rejection is None:
            body = await _read_body(receive, limit_bytes=_body_limit(scope), scope=scope)
            if body is None:
                return
            if not isinstance(body, Rejection):
                await self._app(scope, _replay(body, receive), marked)
                return
            rejection = body
        await _send_rejection(rejection, marked)

    async def _guard_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._reject(scope) is None:
            await self._app(scope, receive, send)
            return
        await receive()  # the connect message
        await send({"type": "websocket.close", "code": 1008})

    def _reject(self, scope: Scope) -> Rejection | None:
        headers = _headers(scope)
        return (
            self._reject_host(headers, scope)
            or self._reject_origin(headers, scope)
            or self._reject_token(headers, scope)
        )

    def _reject_host(self, headers: dict[bytes, list[str]], scope: Scope) -> Rejection | None:
        hosts = headers.get(b"host", [])
        scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
        if len(hosts) == 1 and self._origins.owns_host(hosts[0], scheme=scheme):
            return None
        return Rejection(
            status=403,
            code="bad_host",
            message="this server does not answer to that Host",
            hint="use the URL that the start printed; behind a proxy set KB_ALLOWED_HOSTS",
        )

    def _reject_origin(self, headers: dict[bytes, list[str]], scope: Scope) -> Rejection | None:
        origins = headers.get(b"origin", [])
        if not all(self._origins.owns_origin(origin) for origin in origins):
            return Rejection(
                status=403, code="bad_origin", message="a page of another origin may not ask"
            )
        sites = set(headers.get(b"sec-fetch-site", []))
        if sites <= {"same-origin", "none"} or _is_page_visit(headers, scope):
            return None
        return Rejection(
            status=403, code="bad_origin", message="a page of another site may not ask"
        )

    def _reject_token(self, headers: dict[bytes, list[str]], scope: Scope) -> Rejection | None:
        path = scope["path"]
        if scope["type"] == "http" and (path in OPEN_PATHS or path.startswith("/static/")):
            return None
        values = headers.get(b"authorization", [])
        if len(values) == 1 and is_bearer_of(values[0], self._token):
            return None
        return Rejection(
            status=401,
            code="unauthorized",
            message="the access token is missing or wrong",
            hint="open the URL that `kb open` prints, or send Authorization: Bearer <token>",
        )


def is_bearer_of(authorization: str, token: str) -> bool:
    """Tell whether an `Authorization` header carries the token; in constant time."""
    scheme, _, given = authorization.partition(" ")
    known = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    return scheme.lower() == "bearer" and known


def _headers(scope: Scope) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    raw: Iterable[tuple[bytes, bytes]] = scope["headers"]
    for name, value in raw:
        found.setdefault(name.lower(), []).append(value.decode("latin-1"))
    return found


def _is_page_visit(headers: dict[bytes, list[str]], scope: Scope) -> bool:
    """A link on another page that leads here: harmless, and only ever for the page itself."""
    return (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and scope["path"] == "/"
        and headers.get(b"sec-fetch-mode") == ["navigate"]
        and headers.get(b"sec-fetch-dest") == ["document"]
    )


def _takes_markdown(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "PUT" and path.startswith("/api/notes/")


def _body_limit(scope: Scope) -> int:
    return MAX_NOTE_BYTES if _takes_markdown(scope) else MAX_JSON_BYTES


def _reject_content_type(scope: Scope) -> Rejection | None:
    headers = _headers(scope)
    if scope["method"] in SAFE_METHODS:
        return None
    has_body = b"transfer-encoding" in headers or headers.get(b"content-length", ["0"]) != ["0"]
    given = headers.get(b"content-type", [])
    if not given and not has_body:
        return None
    wanted = "text/markdown" if _takes_markdown(scope) else "application/json"
    if len(given) == 1 and _media_type(given[0]) == wanted:
        return None
    return Rejection(
        status=415,
        code="unsupported_media_type",
        message=f"this path takes {wanted} only",
        hint=f"send Content-Type: {wanted}",
    )


def _media_type(value: str) -> str:
    """The media type without parameters; only `charset=utf-8` may stand beside it."""
    media_type, *parameters = (part.strip().lower() for part in value.split(";"))
    if any(not re.fullmatch(r'charset="?utf-8"?', each) for each in parameters):
        return ""
    return media_type


async def _read_body(
    receive: Receive, *, limit_bytes: int, scope: Scope
) -> bytes | Rejection | None:
    """Return the whole body; None where the client went away before its end."""
    too_large = Rejection(
        status=413,
        code="too_large",
        message=f"the body is larger than {limit_bytes:,} bytes",
        hint="send less",
    )
    length = _headers(scope).get(b"content-length", ["0"])[0]
    if length.isdecimal() and int(length) > limit_bytes:
        return too_large
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit_bytes:
            return too_large
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the app the body that was read; after it, what the client does next."""
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _with_security_headers(scope: Scope, send: Send) -> Send:
    private = not (scope["path"] == "/" or scope["path"].startswith("/static/"))

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            names = {name.lower() for name, _ in headers}
            headers += [each for each in SECURITY_HEADERS if each[0] not in names]
            if private and b"cache-control" not in names:
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await send(message)

    return marked


async def _send_rejection(rejection: Rejection, send: Send) -> None:
    body = error_bytes(rejection.code, rejection.message, rejection.hint)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if rejection.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="kb"'))
    if rejection.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": rejection.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
