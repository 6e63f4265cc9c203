"""`POST /api/ask` and its stream."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from kb.model import ConversationId, Filters
from server.ask_events import follow_answer
from server.asking import AskInput
from server.routes.shared import RequestIdDep, ServicesDep, errors
from server.schemas.answers import AnswerBody, AskRequest
from server.sse import SSE_RESPONSE, stream_events

router = APIRouter(tags=["ask"])


@router.post("/api/ask", summary="Ask the notes", responses=errors(404, 429, 503))
async def ask(request: AskRequest, services: ServicesDep) -> AnswerBody:
    """Answer with quotes of the notes, say that they do not answer, or that they ask it too."""
    asked = _asked(request)
    with services.asking.gate:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(services.ask_threads, services.asking.ask, asked)


@router.post(
    "/api/ask/stream",
    summary="Ask the notes, and follow the answer",
    response_class=StreamingResponse,
    responses={**SSE_RESPONSE, **errors(404, 429, 503)},
)
async def ask_stream(
    request: AskRequest, services: ServicesDep, request_id: RequestIdDep
) -> StreamingResponse:
    """Events: `status`, `citation`, `token`, `command`, `answer` (the whole JSON), `error`."""
    services.asking.gate.check()
    asked = _asked(request)
    events = follow_answer(
        services,
        lambda gone: services.asking.stream(asked, cancelled=gone),
        request_id=request_id,
    )
    return stream_events(events, services.gate)


def _asked(request: AskRequest) -> AskInput:
    known = request.conversation_id
    return AskInput(
        question=request.question,
        conversation_id=ConversationId(known) if known else None,
        filters=request.filters.to_filters() if request.filters else Filters(),
        mode=request.mode or "extractive",
        keep=request.keep,
    )
