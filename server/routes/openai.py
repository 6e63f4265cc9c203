"""`/v1`: the notes as a model, for programs that speak OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from fastapi import APIRouter
from fastapi.responses import Response

from kb.errors import InvalidInputError, NotFoundError
from kb.model import AnswerMode, Question, Turn
from server.conversations import MAX_HISTORY_TURNS
from server.routes.shared import ServicesDep, errors
from server.schemas.answers import AnswerBody
from server.schemas.openai import (
    ChatCompletionBody,
    ChatCompletionRequest,
    CompletionChoice,
    CompletionMessage,
    ModelBody,
    ModelListBody,
)
from server.services import Services
from server.sse import SSE_RESPONSE, ServerEvent, stream_events

EXTRACTIVE_MODEL = "kb"
LLM_MODEL = "kb-llm"

router = APIRouter(prefix="/v1", tags=["openai"])


@router.get("/models", summary="The ways of answering", responses=errors())
def list_models(services: ServicesDep) -> ModelListBody:
    """List `kb` (quotes), and `kb-llm` where a language model is set."""
    return ModelListBody(data=[ModelBody(id=name) for name in _models(services)])


@router.post(
    "/chat/completions",
    summary="Ask as a chat completion",
    response_model=ChatCompletionBody,
    responses={**SSE_RESPONSE, **errors(404, 413, 415, 429, 503)},
)
async def complete_chat(request: ChatCompletionRequest, services: ServicesDep) -> Response:
    """Answer the last user message; the ones before it resolve follow-ups. Nothing is kept."""
    question = _question(request, services)
    with services.asking.gate:
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            services.ask_threads, services.asking.ask_apart, question
        )
    if request.stream:
        return stream_events(_chunks(answer, request.model), services.gate)
    return Response(_completion(answer, request.model).model_dump_json(), media_type=_JSON)


_JSON = "application/json"


def _models(services: Services) -> list[str]:
    return [EXTRACTIVE_MODEL, *([LLM_MODEL] if services.has_chat_model else [])]


def _question(request: ChatCompletionRequest, services: Services) -> Question:
    if request.model not in _models(services):
        raise NotFoundError(
            f"no model {request.model!r}",
            hint=f"GET /v1/models lists them: {', '.join(_models(services))}",
            code="model_not_found",
        )
    asked = [each.text() for each in request.messages if each.role == "user"]
    if not asked:
        raise InvalidInputError("no message is of the user", hint="send a message of role user")
    earlier = [text for text in asked[:-1] if text.strip()][-MAX_HISTORY_TURNS:]
    mode: AnswerMode = "llm" if request.model == LLM_MODEL else "extractive"
    history = tuple(Turn(question=text, standalone_question=text) for text in earlier)
    return Question(text=asked[-1], history=history, mode=mode)


def _completion(answer: AnswerBody, model: str) -> ChatCompletionBody:
    return ChatCompletionBody(
        id=f"chatcmpl-{answer.id}",
        created=int(time.time()),
        model=model,
        choices=[CompletionChoice(message=CompletionMessage(content=answer.text))],
        status=answer.status,
        citations=answer.citations,
        commands=answer.commands,
    )


async def _chunks(answer: AnswerBody, model: str) -> AsyncGenerator[ServerEvent, None]:
    """The answer in pieces, as OpenAI streams: unnamed events, and `[DONE]` at the end."""
    whole = _completion(answer, model)
    head = {
        "id": whole.id,
        "object": "chat.completion.chunk",
        "created": whole.created,
        "model": model,
    }
    first: dict[str, object] = {"role": "assistant", "content": ""}
    yield _chunk(head, first, None)
    for piece in answer.text.splitlines(keepends=True):
        yield _chunk(head, {"content": piece}, None)
    own = {
        "status": answer.status,
        "citations": [each.model_dump() for each in answer.citations],
        "commands": [each.model_dump() for each in answer.commands],
    }
    yield _chunk({**head, **own}, {}, "stop")
    yield ServerEvent(name="", data="[DONE]")


def _chunk(head: dict[str, object], delta: dict[str, object], finish: str | None) -> ServerEvent:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return ServerEvent(name="", data={**head, "choices": [choice]})
