"""The language model's client against a real HTTP server that speaks the protocol, or does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb.errors import ChatModelError
from kb.ports import ChatMessage, ChatModel
from server import chat_model
from server.chat_model import OpenAIChatModel
from tests.waiting import PATIENCE_S

Reply = Callable[[BaseHTTPRequestHandler], None]


class Service:
    """A service whose reply is set by the test."""

    def __init__(self) -> None:
        self.reply: Reply = lambda _: None
        self.requests: list[tuple[str, dict[str, object], str]] = []
        self.broken_off = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                service.requests.append((self.path, body, self.headers.get("Authorization", "")))
                try:
                    service.reply(self)
                except OSError:
                    service.broken_off.set()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def model(service: Service) -> Iterator[OpenAIChatModel]:
    model = OpenAIChatModel(base_url=service.url, model="m", api_key="key", timeout_s=PATIENCE_S)
    yield model
    model.close()


def sse(*chunks: object, done: bool = True, pause_s: float = 0.0) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for chunk in chunks:
            data = chunk if isinstance(chunk, str) else json.dumps(chunk)
            handler.wfile.write(f"data: {data}\n\n".encode())
            handler.wfile.flush()
            time.sleep(pause_s)
        if done:
            handler.wfile.write(b"data: [DONE]\n\n")

    return reply


def delta(text: str) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


def replies(model: ChatModel, cancelled: Callable[[], bool] = lambda: False) -> list[str]:
    message = ChatMessage(role="user", content="Привет")
    return list(model.stream([message], cancelled=cancelled))


def test_pieces_come_as_they_are_sent(service: Service, model: OpenAIChatModel) -> None:
    service.reply = sse(
        {"choices": [{"delta": {"role": "assistant"}}]},
        delta("Том "),
        delta("[1]."),
        {"choices": [], "usage": {"total_tokens": 3}},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    )
    assert replies(model) == ["Том ", "[1]."]
    path, body, authorization = service.requests[0]
    assert path == "/v1/chat/completions"
    assert body["model"] == model.name == "m"
    assert body["stream"] is True
    assert body["messages"] == [{"role": "user", "content": "Привет"}]
    assert authorization == "Bearer key"


def test_a_piece_may_be_cut_anywhere(service: Service, model: OpenAIChatModel) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        raw = f"data: {json.dumps(delta('ёж'), ensure_ascii=False)}\r\n\r\n: note\n\n"
        for byte in (raw + "data: [DONE]\n\n").encode():
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    service.reply = reply
    assert replies(model) == ["ёж"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 302])
def test_a_refusal_is_told(service: Service, model: OpenAIChatModel, status: int) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if status == 302:
            handler.send_header("Location", "http://127.0.0.1:1/")
        handler.end_headers()
        handler.wfile.write(b'{"error": {"message": "no such model"}}')

    service.reply = reply
    with pytest.raises(ChatModelError, match=str(status)) as raised:
        replies(model)
    assert "no such model" in raised.value.message
    assert raised.value.reason == "refused"
    assert raised.value.detail.startswith(f"{status}: ")


@pytest.mark.parametrize(
    "chunk",
    [
        "not json",
        "[]",
        "{}",
        '{"choices": 1}',
        '{"choices": [1]}',
        '{"error": "overloaded"}',
        '{"choices": [null]}',
    ],
)
def test_nonsense_is_an_error(service: Service, model: OpenAIChatModel, chunk: str) -> None:
    service.reply = sse(chunk)
    with pytest.raises(ChatModelError):
        replies(model)


def test_fields_may_be_null(service: Service, model: OpenAIChatModel) -> None:
    service.reply = sse(
        {**delta("Том"), "error": None},
        {"choices": [{"delta": {"content": None}, "finish_reason": None}]},
        {"choices": None, "usage": {"total_tokens": 3}},
        {"choices": [{"delta": None, "finish_reason": "stop"}]},
    )
    assert replies(model) == ["Том"]


def test_a_reply_may_end_without_the_last_word(service: Service, model: OpenAIChatModel) -> None:
    end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    service.reply = sse(delta("Том"), end, {"choices": [], "usage": {}}, done=False)
    assert replies(model) == ["Том"]


def test_halves_of_characters_are_put_together_or_replaced(
    service: Service, model: OpenAIChatModel
) -> None:
    service.reply = sse(delta("a\ud83d"), delta("\ude00b"), delta("\ud800"), delta("c\udc00"))
    assert "".join(replies(model)) == "a\U0001f600b\ufffdc\ufffd"


def test_an_address_that_is_none_is_told() -> None:
    model = OpenAIChatModel(base_url="http://[::1/v1", model="m")
    with pytest.raises(ChatModelError, match="cannot be reached"):
        replies(model)
    with pytest.raises(ChatModelError, match="cannot be reached"):
        model.greet()
    model.close()


def test_a_reply_that_breaks_off_is_an_error(service: Service, model: OpenAIChatModel) -> None:
    service.reply = sse(delta("half"), done=False)
    with pytest.raises(ChatModelError, match="broke off"):
        replies(model)


@pytest.mark.parametrize(
    "reply",
    [sse(delta("a"), delta("b"), pause_s=PATIENCE_S), sse(*[delta("a")] * 1000, pause_s=0.1)],
    ids=["silent", "dripping"],
)
def test_a_service_that_is_too_slow_is_given_up(service: Service, reply: Reply) -> None:
    service.reply = reply
    model = OpenAIChatModel(base_url=service.url, model="m", timeout_s=1.0)
    started = time.monotonic()
    with pytest.raises(ChatModelError, match="too slow"):
        replies(model)
    assert time.monotonic() - started < PATIENCE_S / 2
    model.close()


def test_an_endless_reply_is_cut(
    service: Service, model: OpenAIChatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_model, "MAX_REPLY_CHARS", 100)
    service.reply = sse(*[delta("x" * 10)] * 50)
    with pytest.raises(ChatModelError, match="more than"):
        replies(model)


def test_a_line_without_end_is_cut(
    service: Service, model: OpenAIChatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_model, "_MAX_LINE_CHARS", 1000)

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 1000)

    service.reply = reply
    with pytest.raises(ChatModelError, match="no event stream"):
        replies(model)


def test_cancelling_ends_the_reply_and_the_connection(
    service: Service, model: OpenAIChatModel
) -> None:
    service.reply = sse(*[delta("a")] * 400, pause_s=0.02)
    seen: list[str] = []
    message = ChatMessage(role="user", content="x")
    seen.extend(model.stream([message], cancelled=lambda: len(seen) >= 2))
    assert len(seen) == 2
    assert service.broken_off.wait(PATIENCE_S)


def test_a_service_that_is_not_there_is_told() -> None:
    model = OpenAIChatModel(base_url="http://127.0.0.1:1/v1", model="m", timeout_s=1.0)
    with pytest.raises(ChatModelError, match="cannot be reached") as raised:
        replies(model)
    assert "KB_LLM_BASE_URL" in raised.value.hint
    model.close()
