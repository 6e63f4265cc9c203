"""The error that the API answered with, as who asked it sees it."""

from __future__ import annotations

from typing import Any

from kb.errors import KbError


class ApiError(KbError):
    """The API answered with an error.

    Args:
        status: The HTTP status.
        body: The JSON of the error.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        detail = body.get("error", {})
        super().__init__(
            str(detail.get("message", f"the server answered {status}")),
            hint=str(detail.get("hint", "")),
            code=str(detail.get("code", f"http_{status}")),
        )
        self.status = status
        self.body = body
