"""What the shapes of requests share."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from kb.assistant import MAX_QUESTION_CHARS

QUESTION_SHAPE: Final[JsonDict] = {
    "minLength": 1,
    "maxLength": MAX_QUESTION_CHARS,
    "pattern": r"[^\s\x1c-\x1f\x85]",  # Python takes these for space too, ECMA 262 does not
}
"""What the assistant takes, for the OpenAPI document; it says itself what is wrong with others."""


class WireModel(BaseModel):
    """A body or an answer; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
