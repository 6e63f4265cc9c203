"""`/api/runs`: typed lines, and everything that runs or ran."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from kb.model import Remark, RunEvent, RunId
from server.routes.commands import preview_body
from server.routes.shared import CallerDep, PageDep, ServicesDep, errors
from server.schemas.commands import PreviewBody, TypedPreviewRequest, TypedRunRequest
from server.schemas.runs import (
    RunBody,
    RunListBody,
    RunLogBody,
    StartedRunBody,
)
from server.services import Services
from server.sse import SSE_RESPONSE, ServerEvent, last_event_number, stream_events

router = APIRouter(prefix="/api/runs", tags=["runs"])


@router.post("", status_code=202, summary="Run a typed line", responses=errors(409, 422, 429, 503))
def run_typed(request: TypedRunRequest, services: ServicesDep, caller: CallerDep) -> StartedRunBody:
    """Start a line that the user typed, through the same grammar and policy."""
    run = services.desk.run_typed(
        request.text,
        request.values,
        confirm=request.confirm,
        who=caller,
        language=request.language,
    )
    return StartedRunBody(run_id=run.id)


@router.post("/preview", summary="What a typed line would run", responses=errors(409))
def preview_typed(request: TypedPreviewRequest, services: ServicesDep) -> PreviewBody:
    """Return a typed line, judged and explained; nothing runs."""
    judged = services.desk.preview_typed(request.text, request.values, language=request.language)
    return preview_body(judged)


@router.get("", summary="List the runs", responses=errors())
def list_runs(
    services: ServicesDep,
    page: PageDep,
    answer: Annotated[
        list[str] | None, Query(description="Only runs started from the card of one of these.")
    ] = None,
) -> RunListBody:
    """List the last runs, newest first, those of earlier servers too."""
    runs = services.sandbox.runs.list()
    if answer:
        runs = tuple(run for run in runs if run.origin.answer in answer)
    return RunListBody(
        runs=[RunBody.brief(run) for run in runs[page.offset :][: page.limit]],
        total=len(runs),
        next_offset=page.next_offset(len(runs)),
    )


@router.get("/log", summary="The audit log", responses=errors())
def list_run_log(services: ServicesDep, page: PageDep) -> RunLogBody:
    """List the runs in progress, then those that have ended, newest first."""
    found = services.sandbox.runs.log(limit=page.limit, offset=page.offset)
    return RunLogBody.of(found, next_offset=page.next_offset(found.total))


@router.get("/{run_id}", summary="How a run is", responses=errors(404))
def get_run(run_id: str, services: ServicesDep) -> RunBody:
    """Return a run with its output so far."""
    return RunBody.of(services.sandbox.runs.get(RunId(run_id)))


@router.get(
    "/{run_id}/events",
    summary="Follow a run",
    response_class=StreamingResponse,
    responses={**SSE_RESPONSE, **errors(404)},
)
async def get_run_events(run_id: str, request: Request, services: ServicesDep) -> StreamingResponse:
    """Events `stdout`, `stderr`, `status` and `exit`, from the first on, to however many read."""
    services.sandbox.runs.get(RunId(run_id))
    events = _events(services, RunId(run_id), last_event_number(request))
    return stream_events(events, services.gate)


@router.delete("/{run_id}", summary="Stop a run", responses=errors(404))
def stop_run(run_id: str, services: ServicesDep) -> RunBody:
    """Ask a run to end; it stays readable. A run that is over stays as it is."""
    return RunBody.of(services.sandbox.runs.stop(RunId(run_id)))


async def _events(
    services: Services, run_id: RunId, after: int
) -> AsyncGenerator[ServerEvent, None]:
    async for number, event in services.run_feeds.feed(run_id).follow(after=after):
        yield ServerEvent(name=event.kind, data=_event_data(event), number=number)


def _event_data(event: RunEvent) -> dict[str, object]:
    if event.kind == "exit":
        return {"state": event.text, "exit_code": event.exit_code}
    if event.kind == "status":
        return {"state": event.text}
    told = {} if event.remark is None else {"remark": remark_data(event.remark)}
    return {"text": event.text, **told}


def remark_data(remark: Remark) -> dict[str, object]:
    """Turn a remark into its wire shape."""
    return {
        "code": remark.code,
        "values": dict(remark.values),
        "reasons": list(remark.reasons),
    }
