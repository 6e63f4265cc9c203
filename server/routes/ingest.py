"""`/api/ingest`: make the index follow the notes folder, and watch it do so."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from ingest.report import SyncProgress, SyncReport
from server.jobs import IngestJob
from server.routes.health import warning_body
from server.routes.shared import ServicesDep, errors
from server.schemas.status import JobBody, ProgressBody, ReportBody, StartedJobBody
from server.services import Services
from server.sse import SSE_RESPONSE, ServerEvent, last_event_number, stream_events

router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("", status_code=202, summary="Follow the notes folder", responses=errors())
def start_ingest(services: ServicesDep) -> StartedJobBody:
    """Start a job that reads what has changed; where one runs, return the one that follows it."""
    return StartedJobBody(job_id=services.jobs.start().id)


@router.get("/{job_id}", summary="How a job is", responses=errors(404))
def get_ingest(job_id: str, services: ServicesDep) -> JobBody:
    """Return counts and progress of a job."""
    return job_body(services.jobs.get(job_id))


@router.get(
    "/{job_id}/events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={**SSE_RESPONSE, **errors(404)},
)
async def get_ingest_events(
    job_id: str, request: Request, services: ServicesDep
) -> StreamingResponse:
    """Events: `progress`, and at the end `done`, `failed` or `cancelled`, each with the job."""
    services.jobs.get(job_id)
    return stream_events(_events(services, job_id, last_event_number(request)), services.gate)


async def _events(services: Services, job_id: str, after: int) -> AsyncGenerator[ServerEvent, None]:
    async for number, job in services.jobs.feed(job_id).follow(after=after):
        name = "progress" if job.state == "running" else job.state
        yield ServerEvent(name=name, data=job_body(job), number=number)


def job_body(job: IngestJob) -> JobBody:
    """Turn a job into its wire shape."""
    return JobBody(
        job_id=job.id,
        state=job.state,
        progress=_progress_body(job.progress),
        counts=None if job.report is None else report_body(job.report),
        error=None if job.error is None else job.error.message,
        hint=None if job.error is None else job.error.hint,
        code=None if job.error is None else job.error.code,
    )


def _progress_body(progress: SyncProgress) -> ProgressBody:
    return ProgressBody(
        phase=progress.phase,
        files_total=progress.files_total,
        files_done=progress.files_done,
        chunks_total=progress.chunks_total,
        chunks_done=progress.chunks_done,
        embedded=progress.embedded,
        reused=progress.reused,
        current=progress.current,
        duration_s=progress.duration_s,
    )


def report_body(report: SyncReport) -> ReportBody:
    """Turn a report into its wire shape."""
    return ReportBody(
        added=list(report.added),
        changed=list(report.changed),
        removed=list(report.removed),
        renamed=[(old, new) for old, new in report.renamed],
        failed=list(report.failed),
        unchanged=report.unchanged,
        notes=report.notes,
        chunks=report.chunks,
        kinds={kind.value: count for kind, count in report.kinds.items()},
        embedded=report.embedded,
        reused=report.reused,
        warnings=[warning_body(each) for each in report.warnings],
        duration_s=report.duration_s,
        cancelled=report.cancelled,
    )
