"""The shapes of OpenAI's chat completions, as far as they are spoken here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from server.schemas.base import Text, require_characters
from server.schemas.citations import CitationBody
from server.schemas.commands import CommandBody

MAX_MESSAGES = 200


class ContentPart(BaseModel):
    """A part of a message; parts that are no text are left out."""

    model_config = ConfigDict(extra="ignore")

    type: str
    text: Text = ""


class ChatMessageBody(BaseModel):
    """A message; only what users ask is read."""

    model_config = ConfigDict(extra="ignore")

    role: str
    content: str | list[ContentPart] | None = None

    @field_validator("content")
    @classmethod
    def _check_content(
        cls, value: str | list[ContentPart] | None
    ) -> str | list[ContentPart] | None:
        return require_characters(value) if isinstance(value, str) else value

    def text(self) -> str:
        """Return the message's text."""
        if isinstance(self.content, str):
            return self.content
        parts = [part.text for part in self.content or [] if part.type == "text"]
        return "\n".join(parts)


class StreamOptions(BaseModel):
    """What a stream has besides the answer."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool = Field(default=False, description="Send the usage in a chunk at the end.")


class ChatCompletionRequest(BaseModel):
    """A conversation whose last user message is the question; other options are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(max_length=200, description="`kb`, or `kb-llm` where one is set.")
    messages: list[ChatMessageBody] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None


class CompletionMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str


class CompletionChoice(BaseModel):
    """There is one answer."""

    index: int = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"


class CompletionUsage(BaseModel):
    """No tokens are counted: nothing is billed."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatCompletionBody(BaseModel):
    """An answer; what OpenAI's shape does not know stands in fields of our own."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: CompletionUsage = CompletionUsage()
    status: Literal["answered", "open_question", "not_found"]
    notice: str | None = Field(None, description="What else is to be said of the answer.")
    citations: list[CitationBody]
    commands: list[CommandBody]


class ModelBody(BaseModel):
    """A way of answering."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "kb"


class ModelListBody(BaseModel):
    """The ways of answering."""

    object: Literal["list"] = "list"
    data: list[ModelBody]
