"""`POST /api/ask` and its stream."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from kb.errors import KbError
from kb.model import ConversationId, Filters
from server.asking import AskInput
from server.error_responses import body_of, internal_error
from server.feed import Feed
from server.routes.shared import ServicesDep, errors
from server.schemas.answers import AnswerBody, AskRequest
from server.services import Services
from server.sse import SSE_RESPONSE, ServerEvent, stream_events

router = APIRouter(tags=["ask"])


@router.post("/api/ask", summary="Ask the notes", responses=errors(404, 413, 415, 429, 503))
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
    responses={**SSE_RESPONSE, **errors(404, 413, 415, 429, 503)},
)
async def ask_stream(request: AskRequest, services: ServicesDep) -> StreamingResponse:
    """Events: `status`, `citation`, `token`, `command`, `answer` (the whole JSON), `error`."""
    services.asking.gate.check()
    return stream_events(_events(services, _asked(request)), services.gate)


async def _events(services: Services, asked: AskInput) -> AsyncGenerator[ServerEvent, None]:
    feed: Feed[ServerEvent] = Feed()
    gone = threading.Event()

    def work() -> None:
        try:
            for event in services.asking.stream(asked, cancelled=gone.is_set):
                if gone.is_set():
                    return
                feed.publish(event)
        except KbError as error:
            feed.publish(ServerEvent(name="error", data=body_of(error)))
        except Exception:
            feed.publish(ServerEvent(name="error", data=internal_error()))
            raise
        finally:
            feed.close()

    with services.asking.gate:
        services.ask_threads.submit(work)
        try:
            async for _, event in feed.follow():
                yield event
        finally:
            gone.set()


def _asked(request: AskRequest) -> AskInput:
    known = request.conversation_id
    return AskInput(
        question=request.question,
        conversation_id=ConversationId(known) if known else None,
        filters=request.filters.to_filters() if request.filters else Filters(),
        mode=request.mode or "extractive",
    )
