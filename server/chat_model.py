"""The optional language model: any service that speaks OpenAI's chat completions, streamed."""

from __future__ import annotations

import codecs
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Final

import httpx

from kb.errors import ChatModelError
from kb.ports import ChatMessage

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0
"""How long the service may be silent between two pieces."""
MAX_REPLY_CHARS: Final = 20_000
_MAX_LINE_CHARS: Final = 200_000
_DONE: Final = "[DONE]"
_PROTOCOL_HINT: Final = "check that KB_LLM_BASE_URL speaks OpenAI's chat completions"


class OpenAIChatModel:
    """Streams replies from an OpenAI-compatible service.

    Args:
        base_url: As OpenAI's own clients take it: `/chat/completions` is put behind it.
        model: The model's name.
        api_key: Sent as a bearer token where it is not empty.
        timeout_s: How long a whole reply may take.
    """

    def __init__(
        self, *, base_url: str, model: str, api_key: str = "", timeout_s: float = 60.0
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._url = self._base_url + "/chat/completions"
        self._model = model
        self._timeout_s = timeout_s
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(
                min(READ_TIMEOUT_S, timeout_s), connect=min(CONNECT_TIMEOUT_S, timeout_s)
            ),
            # The service is named by the user; proxies and netrc of the environment are not.
            trust_env=False,
            follow_redirects=False,
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    def stream(
        self, messages: Sequence[ChatMessage], *, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        """Yield the reply piece by piece; ends early once `cancelled` is true.

        Raises:
            ChatModelError: The service failed, was too slow, or broke the protocol.
        """
        request = {
            "model": self._model,
            "stream": True,
            "temperature": 0,
            "messages": [{"role": each.role, "content": each.content} for each in messages],
        }
        deadline = time.monotonic() + self._timeout_s
        with (
            self._reaching(),
            self._client.stream("POST", self._url, json=request) as response,
        ):
            _check_response(response)
            yield from _whole_characters(_pieces(response, deadline, cancelled))

    def greet(self) -> None:
        """See whether the service answers, takes the key and has the model.

        Raises:
            ChatModelError: It does not, or it lists its models and this one is not among them.
        """
        with self._reaching():
            response = self._client.get(self._base_url + "/models")
        if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            return  # it is there, and lists nothing
        _check_response(response)
        listed = _model_ids(response)
        if listed and self._model not in listed:
            raise ChatModelError(
                f"the language model service has no model {self._model!r}",
                reason="unknown_model",
                detail=self._model,
                hint=f"set KB_LLM_MODEL to one of {', '.join(listed[:10])}",
            )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise _too_slow(self._timeout_s) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = f"{self._url} cannot be reached: {str(error) or type(error).__name__}"
            raise ChatModelError(
                f"the language model service at {said}",
                reason="unreachable",
                detail=self._url,
                hint="check KB_LLM_BASE_URL, and that the service runs",
            ) from error


def _check_response(response: httpx.Response) -> None:
    if response.status_code != HTTPStatus.OK:
        response.read()
        said = f"{response.status_code}: {' '.join(response.text.split())[:200]}"
        raise ChatModelError(
            f"the language model service answered {said}",
            reason="refused",
            detail=said,
            hint="check KB_LLM_MODEL and KB_LLM_API_KEY",
        )


def _model_ids(response: httpx.Response) -> list[str]:
    """The models that a service lists; none where it lists them in another way."""
    try:
        return [str(each["id"]) for each in response.json()["data"]]
    except (ValueError, TypeError, LookupError):
        return []


def _pieces(
    response: httpx.Response, deadline: float, cancelled: Callable[[], bool]
) -> Iterator[str]:
    total = 0
    is_finished = False
    for data in _data(response, deadline, cancelled):
        if data == _DONE:
            return
        piece, finishes = _content_of(data)
        is_finished = is_finished or finishes
        total += len(piece)
        if total > MAX_REPLY_CHARS:
            raise ChatModelError(
                f"the language model wrote more than {MAX_REPLY_CHARS:,} characters",
                reason="too_long",
                hint="try another model",
            )
        if piece:
            yield piece
    if not is_finished and not cancelled():
        raise ChatModelError(
            "the language model's reply broke off",
            reason="broke_off",
            hint="try again, or look at the service",
        )


def _whole_characters(pieces: Iterator[str]) -> Iterator[str]:
    """Yield pieces that can be encoded.

    Halves of a character (surrogates) that came one after another are put together; a half that is
    alone is replaced.
    """
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    for piece in pieces:
        if whole := decoder.decode(piece.encode("utf-16-le", "surrogatepass")):
            yield whole
    if rest := decoder.decode(b"", final=True):
        yield rest


def _data(
    response: httpx.Response, deadline: float, cancelled: Callable[[], bool]
) -> Iterator[str]:
    """Yield what stands in the `data` lines of the stream."""
    for line in _lines(response, deadline, cancelled):
        if line.startswith("data:"):
            yield line.removeprefix("data:").strip()


def _lines(
    response: httpx.Response, deadline: float, cancelled: Callable[[], bool]
) -> Iterator[str]:
    """Lines of the stream; the deadline and the cancel flag are looked at with every piece."""
    pending = ""
    for text in response.iter_text():
        if cancelled():
            return
        if time.monotonic() > deadline:
            raise _too_slow(None)
        pending += text
        *complete, pending = pending.split("\n")
        if len(pending) > _MAX_LINE_CHARS:
            raise ChatModelError(
                "the language model service sent no event stream",
                reason="no_stream",
                hint=_PROTOCOL_HINT,
            )
        for line in complete:
            yield line.rstrip("\r")
    if pending.strip():
        yield pending


def _content_of(data: str) -> tuple[str, bool]:
    """Return the text of one chunk, and whether it says that the reply is whole.

    Chunks without text (roles, usage) have none; a field may be null as well as left out.
    """
    try:
        chunk = json.loads(data)
        if chunk.get("error"):
            said = str(chunk["error"])[:200]
            raise ChatModelError(
                f"the language model service failed: {said}",
                reason="service_failed",
                detail=said,
                hint="try again, or look at the service's log",
            )
        choice = chunk["choices"][0] if chunk["choices"] else {}
        content = (choice.get("delta") or {}).get("content")
        finishes = bool(choice.get("finish_reason"))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ChatModelError(
            "the language model service sent a chunk that is none",
            reason="bad_piece",
            hint=_PROTOCOL_HINT,
        ) from error
    return (content if isinstance(content, str) else "", finishes)


def _too_slow(timeout_s: float | None) -> ChatModelError:
    limit = f" (limit {timeout_s:g} s)" if timeout_s else ""
    return ChatModelError(
        f"the language model was too slow{limit}",
        reason="too_slow",
        hint="raise KB_LLM_TIMEOUT_S, or try again",
    )
