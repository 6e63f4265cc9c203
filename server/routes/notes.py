"""`/api/notes`: list, show; with `--edit` also save and delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query, Response
from fastapi.responses import JSONResponse

from kb.model import NoteId
from server.note_files import Precondition, etag_of_digest
from server.render import render_note
from server.routes.shared import PageDep, ServicesDep, errors
from server.schemas.notes import (
    DeletedNoteBody,
    NoteBody,
    NoteListBody,
    NoteSummaryBody,
    SavedNoteBody,
)

router = APIRouter(prefix="/api/notes", tags=["notes"])

PathParam = Annotated[str, Path(description="Relative to the notes folder, parts joined by `/`.")]
IfMatch = Annotated[str | None, Header(description="The ETag of the content that is meant.")]
IfNoneMatch = Annotated[str | None, Header(description="An ETag that must not be there, or `*`.")]


@router.get("", summary="List the notes", responses=errors())
def list_notes(
    services: ServicesDep,
    page: PageDep,
    q: Annotated[str, Query(max_length=200, description="Part of the path or title.")] = "",
) -> NoteListBody:
    """List the indexed notes by path."""
    wanted = q.casefold()
    found = [
        note
        for note in services.library.notes()
        if wanted in note.id.casefold() or wanted in note.title.casefold()
    ]
    return NoteListBody(
        notes=[NoteSummaryBody.of(each) for each in found[page.offset :][: page.limit]],
        total=len(found),
        editable=services.note_files.editable,
        next_offset=page.next_offset(len(found)),
    )


@router.get(
    "/{path:path}",
    summary="Show a note",
    response_model=NoteBody,
    responses={**errors(404, 422), 304: {"description": "It is the version with that ETag."}},
)
def get_note(path: PathParam, services: ServicesDep, if_none_match: IfNoneMatch = None) -> Response:
    """Return a note's source, its safe HTML with line anchors, and its ETag."""
    note = NoteId(path)
    services.note_files.require(note)
    loaded = services.library.load(note)
    etag, source = etag_of_digest(loaded.sha256), loaded.text
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in [tag.strip() for tag in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    body = NoteBody(
        path=path,
        title=services.library.title(note),
        source=source,
        html=render_note(source, note=path),
        lines=source.count("\n") + (not source.endswith("\n")),
        etag=etag,
        editable=services.note_files.editable,
    )
    return Response(body.model_dump_json(), headers=headers, media_type="application/json")


@router.put(
    "/{path:path}",
    summary="Save a note",
    response_model=SavedNoteBody,
    responses={
        **errors(412, 428),
        201: {"model": SavedNoteBody, "description": "The note is new."},
    },
)
def put_note(
    path: PathParam,
    services: ServicesDep,
    content: Annotated[bytes, Body(media_type="text/markdown", examples=["# Docker\n"])] = b"",
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Write a note whole; what it replaces goes to the trash. Only where `--edit` was given."""
    precondition = Precondition(if_match=if_match, if_none_match=if_none_match)
    saved = services.note_files.save(NoteId(path), content, precondition)
    body = SavedNoteBody(
        path=path, etag=saved.etag, created=saved.created, job_id=services.jobs.start().id
    )
    status = 201 if saved.created else 200
    return JSONResponse(body.model_dump(), status_code=status, headers={"ETag": saved.etag})


@router.delete("/{path:path}", summary="Delete a note", responses=errors(404, 412, 428))
def delete_note(
    path: PathParam,
    services: ServicesDep,
    if_match: IfMatch = None,
) -> DeletedNoteBody:
    """Move a note to the trash of the state folder. Only where `--edit` was given."""
    trash = services.note_files.delete(NoteId(path), Precondition(if_match=if_match or "*"))
    return DeletedNoteBody(path=path, trash=trash, job_id=services.jobs.start().id)
