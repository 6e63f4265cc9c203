"""The API as the command line uses it: the same words to a running server and to one of our own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.errors import IndexUnavailableError, InvalidInputError, KbError
from server.caller import CALLER_HEADER, Caller

if TYPE_CHECKING:
    import httpx

    from server.settings import Settings

Json = dict[str, Any]
"""A JSON object of the API, whose shape `/openapi.json` tells."""

_TIMEOUT_S = 120.0


class ApiError(KbError):
    """The API answered with an error.

    Args:
        status: The HTTP status.
        body: The JSON of the error.
    """

    def __init__(self, status: int, body: Json) -> None:
        detail = body.get("error", {})
        super().__init__(
            str(detail.get("message", f"the server answered {status}")),
            hint=str(detail.get("hint", "")),
            code=str(detail.get("code", f"http_{status}")),
        )
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedEvent:
    """An event of a stream as it was received."""

    name: str
    data: Json


class ApiClient:
    """Talks to one server.

    Args:
        url: Scheme, host and port.
        token: The access token.
        own: Whether the server lives in this process, and ends with it.
    """

    def __init__(self, *, url: str, token: str, own: bool) -> None:
        import httpx

        self.url = url
        self.own = own
        self._client: httpx.Client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}", CALLER_HEADER: "cli"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )

    def ask_as(self, caller: Caller) -> None:
        """Say from now on that this asks; at first it is the command line."""
        self._client.headers[CALLER_HEADER] = caller

    def get(self, path: str, **params: str | float | bool | list[str]) -> Json:
        """GET a JSON object.

        Raises:
            ApiError: The server refused.
            InvalidInputError: A parameter cannot be encoded.
            IndexUnavailableError: There is no server any more.
        """
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Json:
        """POST a JSON object and return the answer; raises as `get` does."""
        return self._ask("POST", path, json=dict(body or {}))

    def delete(self, path: str) -> Json:
        """DELETE something and return the answer; raises as `get` does."""
        return self._ask("DELETE", path)

    def events(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, after: int = 0
    ) -> Generator[StreamedEvent, None, None]:
        """Yield the events of a stream; an `error` event is raised.

        Args:
            method: The HTTP method.
            path: The stream's path.
            body: What is sent, as JSON.
            after: How many numbered events have been read already, and are left out.

        Raises:
            ApiError: The server refused, or the stream ended with an error.
            InvalidInputError: The body cannot be encoded.
            IndexUnavailableError: There is no server any more.
        """
        import httpx

        content = None if body is None else dict(body)
        with _reachable(self.url), _encoding():
            options: dict[str, Any] = {"timeout": httpx.Timeout(_TIMEOUT_S, read=None)}
            if after:
                options["headers"] = {"Last-Event-ID": str(after)}
            with self._client.stream(method, path, json=content, **options) as response:
                if response.is_error:
                    response.read()
                    raise ApiError(response.status_code, _json_of(response.text))
                yield from _parse_events(_lines(response.iter_text()))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, method: str, path: str, **options: Any) -> Json:
        with _reachable(self.url), _encoding():
            response = self._client.request(method, path, **options)
        if response.is_error:
            raise ApiError(response.status_code, _json_of(response.text))
        return _json_of(response.text)


@contextlib.contextmanager
def connect(settings: Settings) -> Iterator[ApiClient]:
    """Use the server that owns the state folder, or run one inside this process meanwhile.

    Raises:
        StateLockedError: Another process owns the folder and is no server.
        VaultError: There is no such notes folder.
        KbError: The server of our own cannot start.
    """
    from server.state import require_notes_folder

    require_notes_folder(settings)
    client = find_running(settings)
    if client is None:
        with _own_server(settings) as own:
            yield own
        return
    with contextlib.closing(client):
        yield client


def find_running(settings: Settings) -> ApiClient | None:
    """Return a client of the server that owns the state folder; None where none runs."""
    from server.state import state_folder

    running = state_folder(settings).running_server()
    if running is None:
        return None
    return ApiClient(url=running.url, token=running.token, own=False)


@contextlib.contextmanager
def _own_server(settings: Settings) -> Iterator[ApiClient]:
    from server.serving import ServerThread, listen, port_of
    from server.state import state_folder
    from server.wiring import build

    state = state_folder(settings)
    state.acquire()
    with contextlib.ExitStack() as stack:
        stack.callback(state.release)
        sockets = listen("127.0.0.1", 0)
        for each in sockets:
            stack.callback(each.close)
        runtime = build(
            settings.model_copy(update={"host": "127.0.0.1"}), state, port=port_of(sockets[0])
        )
        stack.callback(runtime.close)
        stack.enter_context(ServerThread(runtime.app, runtime.services, sockets))
        url = f"http://127.0.0.1:{port_of(sockets[0])}"
        client = ApiClient(url=url, token=runtime.services.access.token, own=True)
        stack.callback(client.close)
        yield client


@contextlib.contextmanager
def _reachable(url: str) -> Iterator[None]:
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise IndexUnavailableError(
            f"the server at {url} does not answer", hint="look at its log, or restart it"
        ) from error
    except httpx.HTTPError as error:
        raise IndexUnavailableError(
            f"the server at {url} cannot be reached: {error}", hint="start it with `kb serve`"
        ) from error


@contextlib.contextmanager
def _encoding() -> Iterator[None]:
    """Say what is wrong with bytes of the command line, or of a file, that are no text."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            "what was typed is not UTF-8 all through",
            hint="look at the terminal's encoding, or convert the file: iconv -t UTF-8",
            code=InvalidInputError.default_code,
        ) from error


def _json_of(text: str) -> Json:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield whole lines; at U+2028 and its like, which may stand in JSON, httpx would split too."""
    pending = ""
    for piece in pieces:
        *whole, pending = (pending + piece).split("\n")
        yield from (line.rstrip("\r") for line in whole)


def _parse_events(lines: Iterator[str]) -> Iterator[StreamedEvent]:
    name, data = "message", ""
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data += value.strip()
        elif not line and data:
            event = StreamedEvent(name=name, data=_json_of(data))
            if event.name == "error":
                raise ApiError(500, event.data)
            yield event
            name, data = "message", ""
