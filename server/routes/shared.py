"""What the routers share: the services of the app, pages of lists, error shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query, Request

from server.caller import Caller, caller_of
from server.request_log import REQUEST_ID_KEY
from server.schemas.errors import ErrorBody
from server.services import Services

MAX_PAGE = 1000


def _services(request: Request) -> Services:
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app was made without its services")
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def _request_id(request: Request) -> str:
    return str(request.scope.get(REQUEST_ID_KEY, ""))


RequestIdDep = Annotated[str, Depends(_request_id)]
"""The id that the answer carries as `X-Request-ID`."""


def _caller(request: Request) -> Caller:
    return caller_of(request.headers)


CallerDep = Annotated[Caller, Depends(_caller)]
"""What asks, for the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list."""

    limit: int
    offset: int

    def next_offset(self, total: int) -> int | None:
        """Return where the next page begins; None after the last."""
        end = self.offset + self.limit
        return end if end < total else None


def _page(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at the most.")] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="How many to leave out.")] = 0,
) -> Page:
    return Page(limit=limit, offset=offset)


PageDep = Annotated[Page, Depends(_page)]

MEANINGS: Final = {
    400: "The request cannot be understood.",
    401: "The access token is missing or wrong.",
    403: "A foreign Host or Origin, or not allowed here.",
    404: "There is no such thing.",
    409: "It needs a word of the user first, or has changed.",
    412: "The note has changed since it was read.",
    413: "The body is too large.",
    415: "The content type is not taken here.",
    422: "The policy refuses the command, or the note is no text; `code` tells which.",
    428: "`If-Match` or `If-None-Match` is missing.",
    429: "Too much at once.",
    503: "The index or the sandbox is not available.",
}
"""What the statuses of errors mean."""


def errors(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return a route's error responses for the OpenAPI document.

    Those of a body that is too large or of another type (413, 415) come by themselves.
    """
    always = {400, 401, 403}
    return {
        status: {"model": ErrorBody, "description": MEANINGS[status]}
        for status in sorted({*statuses, *always})
    }
