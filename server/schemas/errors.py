"""The shape of every error."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kb.reasons import Reason
from server.schemas.commands import SlotBody


class ErrorExtras(BaseModel):
    """What a client needs to go on; each only where it is meant."""

    victims: list[str] | None = Field(None, description="What would be removed.")
    slots: list[SlotBody] | None = Field(None, description="The slots that want a value.")
    slot_ids: list[str] | None = Field(None, description="Their ids.")
    suggestion: str | None = Field(None, description="A command that may run instead.")
    reasons: list[Reason] | None = Field(
        None,
        description="Why, where the code does not tell; several where several ways to a"
        " sandbox were tried.",
    )


class ErrorDetail(ErrorExtras):
    """What went wrong."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="What is wrong, with the value that is wrong.")
    hint: str = Field(description="What to do about it; may be empty.")


class ErrorBody(ErrorExtras):
    """Every error has this shape; what its `error` holds beside the words stands here again."""

    error: ErrorDetail
