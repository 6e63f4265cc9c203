"""What the shapes of requests share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """A body or an answer; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
