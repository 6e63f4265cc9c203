"""`/api/conversations` and feedback on answers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from kb.model import ConversationId
from server.conversation_export import export_json, export_markdown
from server.conversations import ConversationSummary
from server.routes.shared import PageDep, ServicesDep, errors
from server.schemas.answers import FeedbackBody, FeedbackRequest
from server.schemas.conversations import (
    ConversationBody,
    ConversationListBody,
    ConversationSummaryBody,
    DeletedBody,
    RenameRequest,
    TurnBody,
)

router = APIRouter(tags=["conversations"])


@router.get("/api/conversations", summary="List the conversations", responses=errors())
def list_conversations(
    services: ServicesDep,
    page: PageDep,
    q: Annotated[str, Query(max_length=200, description="Part of a title or text.")] = "",
) -> ConversationListBody:
    """List conversations, the last used first."""
    found, total = services.conversations.list(text=q, limit=page.limit, offset=page.offset)
    return ConversationListBody(
        conversations=[_summary_body(each) for each in found],
        total=total,
        next_offset=page.next_offset(total),
    )


@router.get(
    "/api/conversations/{conversation_id}", summary="Show a conversation", responses=errors(404)
)
def get_conversation(conversation_id: str, services: ServicesDep) -> ConversationBody:
    """Return a conversation with all its questions and answers, oldest first."""
    conversation = services.conversations.get(ConversationId(conversation_id))
    return ConversationBody(
        **_summary_body(conversation.summary).model_dump(),
        messages=[
            TurnBody(asked=turn.asked, answer=turn.answer, rating=turn.rating)
            for turn in conversation.turns
        ],
    )


@router.patch(
    "/api/conversations/{conversation_id}", summary="Rename a conversation", responses=errors(404)
)
def rename_conversation(
    conversation_id: str, request: RenameRequest, services: ServicesDep
) -> ConversationSummaryBody:
    """Give a conversation another title."""
    renamed = services.conversations.rename(ConversationId(conversation_id), request.title)
    return _summary_body(renamed)


@router.delete(
    "/api/conversations/{conversation_id}", summary="Delete a conversation", responses=errors(404)
)
def delete_conversation(conversation_id: str, services: ServicesDep) -> DeletedBody:
    """Delete a conversation with its answers, for good."""
    services.conversations.delete(ConversationId(conversation_id))
    return DeletedBody(id=conversation_id)


@router.get(
    "/api/conversations/{conversation_id}/export",
    summary="Export a conversation",
    response_class=Response,
    responses={
        **errors(404),
        200: {
            "content": {
                "text/markdown": {"example": "# Removing containers\n"},
                "application/json": {"example": {"title": "Removing containers", "messages": []}},
            }
        },
    },
)
def export_conversation(
    conversation_id: str,
    services: ServicesDep,
    file_format: Annotated[Literal["md", "json"], Query(alias="format")] = "md",
) -> Response:
    """Return a conversation as a file."""
    conversation = services.conversations.get(ConversationId(conversation_id))
    disposition = f'attachment; filename="conversation-{conversation.summary.id}.{file_format}"'
    if file_format == "json":
        content, media_type = export_json(conversation), "application/json"
    else:
        content, media_type = export_markdown(conversation), "text/markdown; charset=utf-8"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.post("/api/answers/{answer_id}/feedback", summary="Rate an answer", responses=errors(404))
def rate_answer(answer_id: str, request: FeedbackRequest, services: ServicesDep) -> FeedbackBody:
    """Keep what the user thinks of an answer."""
    services.conversations.rate(answer_id, request.rating, request.comment)
    if request.rating is not None:
        services.metrics.count_feedback(request.rating)
    return FeedbackBody(id=answer_id, rating=request.rating)


def _summary_body(summary: ConversationSummary) -> ConversationSummaryBody:
    return ConversationSummaryBody(
        id=summary.id,
        title=summary.title,
        created=summary.created,
        updated=summary.updated,
        turns=summary.turns,
    )
