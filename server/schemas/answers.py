"""Questions and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from kb.model import Answer, Filters
from server.schemas.base import QUESTION_SHAPE, Text, WireModel
from server.schemas.citations import CitationBody
from server.schemas.commands import CommandBody


class FiltersBody(WireModel):
    """Which notes are asked."""

    path_prefix: str = Field("", max_length=1000, examples=["docker/"])
    tags: list[Annotated[str, StringConstraints(max_length=200)]] = Field([], max_length=50)

    def to_filters(self) -> Filters:
        """Return the domain value."""
        return Filters(path_prefix=self.path_prefix, tags=tuple(self.tags))


class AskRequest(WireModel):
    """A question to the notes."""

    question: Text = Field(
        description="What to ask, in Russian or English.", json_schema_extra=QUESTION_SHAPE
    )
    conversation_id: str | None = Field(
        None, max_length=100, description="Continue this conversation; a new one when left out."
    )
    filters: FiltersBody | None = None
    mode: Literal["extractive", "llm"] | None = None
    keep: bool = Field(
        default=True,
        description="false: neither question nor answer goes into a conversation, and the"
        " answer's `conversation_id` is empty.",
    )


class AnswerBody(BaseModel):
    """What the notes say."""

    id: str
    conversation_id: str
    question: str
    standalone_question: str
    language: Literal["ru", "en"]
    status: Literal["answered", "open_question", "not_found"]
    text: str = Field(description="Markdown with [1] markers.")
    html: str = Field(description="Safe HTML of the text.")
    hedged: bool
    confidence: float
    mode: Literal["extractive", "llm"]
    notice: str | None
    citations: list[CitationBody]
    commands: list[CommandBody]
    nearest: list[CitationBody]
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, answer: Answer, *, conversation_id: str, html: str) -> AnswerBody:
        """Turn an answer into its wire shape."""
        return cls(
            id=answer.id,
            conversation_id=conversation_id,
            question=answer.question,
            standalone_question=answer.standalone_question,
            language=answer.language,
            status=answer.status.value,
            text=answer.text,
            html=html,
            hedged=answer.hedged,
            confidence=answer.confidence,
            mode=answer.mode,
            notice=answer.notice,
            citations=[CitationBody.of(each) for each in answer.citations],
            commands=[CommandBody.of(each) for each in answer.commands],
            nearest=[CitationBody.of(each) for each in answer.nearest],
            timings_ms=dict(answer.timings_ms),
        )


class FeedbackRequest(WireModel):
    """What the user thinks of an answer."""

    rating: Literal["up", "down"] | None = Field(description="null takes an earlier rating back.")
    comment: str | None = Field(
        None, max_length=2000, description="Left out, an earlier one stays."
    )


class FeedbackBody(BaseModel):
    """An answer was rated."""

    id: str
    rating: Literal["up", "down"] | None
