"""`/api/commands`: an offered command, previewed and run by its id."""

from __future__ import annotations

from fastapi import APIRouter

from kb.model import Command, CommandId
from server.routes.shared import CallerDep, ServicesDep, errors
from server.schemas.commands import (
    ExplanationBody,
    PreviewBody,
    PreviewRequest,
    RefusalBody,
    RunRequest,
    SlotBody,
)
from server.schemas.note_context import FilesBody
from server.schemas.runs import StartedRunBody

router = APIRouter(prefix="/api/commands", tags=["commands"])


@router.post(
    "/{command_id}/preview", summary="What a command would run", responses=errors(404, 409)
)
def preview_command(command_id: str, request: PreviewRequest, services: ServicesDep) -> PreviewBody:
    """Return the final command line, judged and explained; nothing runs."""
    return preview_body(services.desk.preview(CommandId(command_id), request.values))


@router.get("/{command_id}/files", summary="What a build takes along", responses=errors(404))
def get_command_files(command_id: str, services: ServicesDep) -> FilesBody:
    """Return the note's own files that a build or Compose takes; none for other commands."""
    return FilesBody.of(services.desk.files(CommandId(command_id)))


@router.post(
    "/{command_id}/runs",
    status_code=202,
    summary="Run a command",
    responses=errors(404, 409, 422, 429, 503),
)
def run_command(
    command_id: str, request: RunRequest, services: ServicesDep, caller: CallerDep
) -> StartedRunBody:
    """Start an offered command in the sandbox; 404 where its note has changed since."""
    run = services.desk.run(
        CommandId(command_id),
        request.values,
        confirm=request.confirm,
        who=caller,
        answer=request.answer,
        clean=request.clean,
        instead=request.instead,
    )
    return StartedRunBody(run_id=run.id)


def preview_body(command: Command) -> PreviewBody:
    """Turn a judged command into its wire shape."""
    return PreviewBody(
        text=command.text,
        explanation=[ExplanationBody.of(each) for each in command.explanation],
        risk=command.risk.value,
        refusal=RefusalBody.of(command.refusal),
        runnable=command.runnable,
        slots=[SlotBody.of(slot) for slot in command.slots],
        hints=list(command.hints),
    )
