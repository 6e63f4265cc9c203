"""`GET /api/search`."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from kb.model import Filters
from server.routes.shared import ServicesDep, errors
from server.schemas.base import QUESTION_SHAPE
from server.schemas.search import HitBody, SearchBody

MAX_TOP_K = 100

router = APIRouter(tags=["search"])


@router.get("/api/search", summary="Find passages", responses=errors(429, 503))
async def search(
    *,
    services: ServicesDep,
    q: Annotated[
        str,
        Query(
            description="What to look for.",
            examples=["where are images stored"],
            json_schema_extra=QUESTION_SHAPE,
        ),
    ],
    top_k: Annotated[int, Query(ge=1, le=MAX_TOP_K, description="How many at the most.")] = 10,
    explain: Annotated[bool, Query(description="Tell what the index knows of each chunk.")] = False,
    path_prefix: Annotated[str, Query(max_length=1000)] = "",
    tag: Annotated[tuple[str, ...], Query(max_length=50)] = (),
) -> SearchBody:
    """Return the chunks that fit a query best, best first."""
    filters = Filters(path_prefix=path_prefix, tags=tuple(tag))
    find = partial(services.answerer.search, q, top_k=top_k, filters=filters)
    with services.asking.gate:
        hits = await asyncio.get_running_loop().run_in_executor(services.ask_threads, find)
    return SearchBody(hits=[HitBody.of(hit, explain=explain) for hit in hits])
