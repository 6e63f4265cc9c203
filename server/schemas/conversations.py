"""Conversations: listed, shown, renamed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from server.schemas.answers import AnswerBody
from server.schemas.base import WireModel, one_line


class ConversationSummaryBody(BaseModel):
    """A conversation in the list."""

    id: str
    title: str
    created: float = Field(description="POSIX time in seconds.")
    updated: float
    turns: int = Field(description="How many questions it has.")


class ConversationListBody(BaseModel):
    """Conversations, the last used first."""

    conversations: list[ConversationSummaryBody]
    total: int
    next_offset: int | None = None


class TurnBody(BaseModel):
    """A question with its answer."""

    asked: float
    answer: AnswerBody
    rating: Literal["up", "down"] | None = None


class ConversationBody(ConversationSummaryBody):
    """A conversation with all its turns, oldest first."""

    messages: list[TurnBody]


class RenameRequest(WireModel):
    """A new title."""

    title: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        AfterValidator(one_line),
        StringConstraints(min_length=1),
    ]


class DeletedBody(BaseModel):
    """Something is gone."""

    id: str
    deleted: bool = True
