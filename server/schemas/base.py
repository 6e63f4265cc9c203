"""What the shapes of requests share."""

from __future__ import annotations

from typing import Annotated, Final
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.config import JsonDict

from kb.assistant import MAX_QUESTION_CHARS

QUESTION_SHAPE: Final[JsonDict] = {
    "minLength": 1,
    "maxLength": MAX_QUESTION_CHARS,
    "pattern": r"[^\s\x1c-\x1f\x85]",  # Python takes these for space too, ECMA 262 does not
}
"""What the assistant takes, for the OpenAPI document; it says itself what is wrong with others."""


def require_characters(text: str) -> str:
    """Return a text that a client wrote; JSON can name halves of characters, which cannot be kept.

    Raises:
        ValueError: There is one in it.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"half a character (a lone surrogate) at {error.start}") from None
    return text


Text = Annotated[str, AfterValidator(require_characters)]
"""What a client wrote, in whole characters."""


def one_line(text: str) -> str:
    """Return a text without line breaks, other control characters and blanks around it."""
    return " ".join("".join(" " if category(char) == "Cc" else char for char in text).split())


class WireModel(BaseModel):
    """A body or an answer; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
