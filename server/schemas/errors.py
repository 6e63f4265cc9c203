"""The shape of every error."""

from __future__ import annotations

from pydantic import BaseModel, Field

from server.schemas.commands import SlotBody


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="What is wrong, with the value that is wrong.")
    hint: str = Field(description="What to do about it; may be empty.")


class ErrorBody(BaseModel):
    """Every error has this shape; `victims` and `slots` stand beside it where they are meant."""

    error: ErrorDetail
    victims: list[str] | None = Field(None, description="What would be removed.")
    slots: list[SlotBody] | None = Field(None, description="The slots that want a value.")
