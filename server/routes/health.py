"""`GET /api/health`: how the server is; open to all, and without anything of the notes."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, Request

from kb.model import NoteWarning
from server.routes.shared import ServicesDep, errors
from server.schemas.status import (
    HealthBody,
    IndexHealth,
    SandboxHealth,
    WarningBody,
    WarningListBody,
)
from server.security import is_bearer_of
from server.services import Services

router = APIRouter(tags=["health"])

_GENERAL_MESSAGES: Final = {
    "ok": "",
    "indexing": "the index is being loaded, or the first one is being built",
    "degraded": "the index cannot answer fully; ask with the token for more",
}


@router.get("/api/health", summary="How the server is")
def get_health(request: Request, services: ServicesDep) -> HealthBody:
    """`ok`: it answers; `indexing`: it loads or builds its first index; `degraded`: see `message`.

    Messages may name notes: who has no token gets a general one.
    """
    health = health_of(services)
    if is_bearer_of(request.headers.get("authorization", ""), services.access.token):
        return health
    message = _GENERAL_MESSAGES[health.status]
    index = health.index.model_copy(update={"message": message})
    return health.model_copy(update={"index": index, "message": message})


def health_of(services: Services) -> HealthBody:
    """Return how the server is."""
    status = services.library.status
    return HealthBody(
        status=status.state,
        index=IndexHealth(
            notes=status.notes,
            chunks=status.chunks,
            fingerprint=status.fingerprint,
            model=status.model,
            message=status.message,
            rebuilding=status.is_rebuilding,
            warnings=len(status.warnings),
        ),
        sandbox=sandbox_health(services),
        version=version("kb"),
        editable=services.note_files.editable,
        llm=services.has_chat_model,
        message=status.message,
        code=status.code,
        job_id=services.jobs.running,
    )


@router.get("/api/warnings", summary="What could not be read as meant", responses=errors())
def get_warnings(services: ServicesDep) -> WarningListBody:
    """Return the warnings of all notes in the index."""
    warnings = services.library.status.warnings
    return WarningListBody(warnings=[warning_body(each) for each in warnings])


def warning_body(warning: NoteWarning) -> WarningBody:
    """Turn a warning into its wire shape."""
    return WarningBody(
        note=warning.note,
        line=warning.line,
        message=warning.message,
        hint=warning.hint,
        code=warning.code,
    )


def sandbox_health(services: Services) -> SandboxHealth:
    """Return how the sandbox is."""
    status = services.sandbox.status()
    return SandboxHealth(
        state=status.state,
        engine=status.engine,
        message=status.message,
        reasons=list(status.reasons),
        driver=status.driver,
        switched_off=status.switched_off,
    )
