"""`GET /api/health`: how the server is; open to all, and without anything of the notes."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from server.routes.shared import ServicesDep
from server.schemas.status import HealthBody, IndexHealth, SandboxHealth
from server.services import Services

router = APIRouter(tags=["health"])


@router.get("/api/health", summary="How the server is")
def get_health(services: ServicesDep) -> HealthBody:
    """`ok`: it answers; `indexing`: the first index is being built; `degraded`: see `message`."""
    return health_of(services)


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
            warnings=len(status.warnings),
        ),
        sandbox=sandbox_health(services),
        version=version("kb"),
        editable=services.note_files.editable,
        llm=services.has_chat_model,
        message=status.message,
    )


def sandbox_health(services: Services) -> SandboxHealth:
    """Return how the sandbox is."""
    status = services.sandbox.status()
    return SandboxHealth(
        state=status.state, engine=status.engine, message=status.message, driver=status.driver
    )
