"""`/v1`: the notes as a model, for programs that speak OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from kb.assistant import StatusEvent, TokenEvent
from kb.errors import InvalidInputError, NotFoundError
from kb.model import AnswerMode, Question, Turn
from kb.text.asking import asked_part
from server.ask_events import follow_answer
from server.conversations import MAX_HISTORY_TURNS
from server.routes.shared import RequestIdDep, ServicesDep, errors
from server.schemas.answers import AnswerBody
from server.schemas.openai import (
    ChatCompletionBody,
    ChatCompletionRequest,
    CompletionChoice,
    CompletionMessage,
    CompletionUsage,
    ModelBody,
    ModelListBody,
)
from server.services import Services
from server.sse import SSE_RESPONSE, ServerEvent, stream_events

EXTRACTIVE_MODEL = "kb"
LLM_MODEL = "kb-llm"

_Piece = dict[str, str] | AnswerBody
"""What a chunk adds to the message; at the end the whole answer."""

router = APIRouter(prefix="/v1", tags=["openai"])


@router.get("/models", summary="The ways of answering", responses=errors())
def list_models(services: ServicesDep) -> ModelListBody:
    """List `kb` (quotes), and `kb-llm` where a language model is set."""
    return ModelListBody(data=[ModelBody(id=name) for name in _models(services)])


@router.get("/models/{model}", summary="One way of answering", responses=errors(404))
def get_model(model: str, services: ServicesDep) -> ModelBody:
    """Return a model that `/v1/models` lists."""
    _require_model(model, services)
    return ModelBody(id=model)


@router.post(
    "/chat/completions",
    summary="Ask as a chat completion",
    response_model=ChatCompletionBody,
    responses={**SSE_RESPONSE, **errors(404, 429, 503)},
)
async def complete_chat(
    request: ChatCompletionRequest, services: ServicesDep, request_id: RequestIdDep
) -> Response:
    """Answer the last user message; the ones before it resolve follow-ups. Nothing is kept."""
    question = _question(request, services)
    if request.stream:
        return await _streamed(question, request, services, request_id)
    with services.asking.gate:
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            services.ask_threads, services.asking.ask_apart, question
        )
    return Response(_completion(answer, request.model).model_dump_json(), media_type=_JSON)


_JSON = "application/json"


def _models(services: Services) -> list[str]:
    return [EXTRACTIVE_MODEL, *([LLM_MODEL] if services.has_chat_model else [])]


def _require_model(model: str, services: Services) -> None:
    if model not in _models(services):
        raise NotFoundError(
            f"no model {model!r}",
            hint=f"GET /v1/models lists them: {', '.join(_models(services))}",
            code="model_not_found",
        )


def _question(request: ChatCompletionRequest, services: Services) -> Question:
    _require_model(request.model, services)
    asked = [each.text() for each in request.messages if each.role == "user"]
    if not asked:
        raise InvalidInputError("no message is of the user", hint="send a message of role user")
    earlier = [text for text in asked[:-1] if text.strip()][-MAX_HISTORY_TURNS:]
    mode: AnswerMode = "llm" if request.model == LLM_MODEL else "extractive"
    history = tuple(Turn(question=text, standalone_question=asked_part(text)) for text in earlier)
    return Question(text=asked[-1], history=history, mode=mode)


def _completion(answer: AnswerBody, model: str) -> ChatCompletionBody:
    return ChatCompletionBody(
        id=f"chatcmpl-{answer.id}",
        created=int(time.time()),
        model=model,
        choices=[CompletionChoice(message=CompletionMessage(content=answer.text))],
        status=answer.status,
        notice=answer.notice,
        citations=answer.citations,
        commands=answer.commands,
    )


async def _streamed(
    question: Question, request: ChatCompletionRequest, services: Services, request_id: str
) -> Response:
    """Begin the stream with the first piece: what fails before it has a status of its own."""
    pieces = follow_answer(
        services,
        lambda gone: _pieces(question, services, gone),
        request_id=request_id,
    )
    first = await anext(pieces)
    return stream_events(_chunks(first, pieces, request), services.gate)


def _pieces(question: Question, services: Services, gone: Callable[[], bool]) -> Iterator[_Piece]:
    """The pieces of an answer, then the whole; the first comes once the notes were searched.

    A language model's words can be checked against the notes only when all of them are there: as
    they come they are its reasoning, and what is borne out of them is the content.
    """
    is_draft = question.mode == "llm"
    begun = False
    for event in services.asking.stream_apart(question, cancelled=gone):
        if not begun and not isinstance(event, StatusEvent):
            begun = True
            yield {"role": "assistant", "content": ""}
        if isinstance(event, TokenEvent):
            yield {"reasoning_content" if is_draft else "content": event.text}
        elif isinstance(event, AnswerBody):
            if is_draft:
                yield {"content": event.text}
            yield event


async def _chunks(
    first: _Piece, rest: AsyncGenerator[_Piece, None], request: ChatCompletionRequest
) -> AsyncGenerator[ServerEvent, None]:
    """The answer as OpenAI streams it: unnamed events, and `[DONE]` at the end.

    Where the usage is asked for it stands in a chunk without choices, and the others say `null`.
    """
    head: dict[str, object] = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": request.model,
    }
    options = request.stream_options
    has_usage = options is not None and options.include_usage
    begun = {**head, "usage": None} if has_usage else head
    yield _chunk(begun, first)
    async with contextlib.aclosing(rest):
        async for piece in rest:
            yield _chunk(begun, piece)
    if has_usage:
        usage = CompletionUsage().model_dump()
        yield ServerEvent(name="", data={**head, "choices": [], "usage": usage})
    yield ServerEvent(name="", data="[DONE]")


def _chunk(head: Mapping[str, object], piece: _Piece) -> ServerEvent:
    """One event: a piece of the text, or the end with what OpenAI's shape does not know."""
    if not isinstance(piece, AnswerBody):
        choice = {"index": 0, "delta": piece, "finish_reason": None}
        return ServerEvent(name="", data={**head, "choices": [choice]})
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    own = piece.model_dump(include={"status", "notice", "citations", "commands"})
    return ServerEvent(name="", data={**head, **own, "choices": [choice]})
