"""Notes: listed, shown, saved, deleted."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kb.model import NoteSummary


class NoteSummaryBody(BaseModel):
    """A note in the list."""

    path: str
    title: str
    tags: list[str]
    chunks: int
    size_bytes: int
    modified: float = Field(description="POSIX time in seconds.")

    @classmethod
    def of(cls, summary: NoteSummary) -> NoteSummaryBody:
        """Turn a summary into its wire shape."""
        return cls(
            path=summary.id,
            title=summary.title,
            tags=list(summary.tags),
            chunks=summary.chunks,
            size_bytes=summary.size_bytes,
            modified=summary.modified,
        )


class NoteListBody(BaseModel):
    """Notes by path, a page of them."""

    notes: list[NoteSummaryBody]
    total: int
    editable: bool = Field(description="Whether notes can be saved and deleted here.")
    next_offset: int | None = None


class NoteBody(BaseModel):
    """A note as it is now."""

    path: str
    title: str
    source: str
    html: str = Field(description="Safe HTML with `data-line` anchors.")
    lines: int
    etag: str
    editable: bool


class SavedNoteBody(BaseModel):
    """A note was written."""

    path: str
    etag: str
    created: bool
    job_id: str | None = Field(None, description="The ingest job that follows the change.")


class DeletedNoteBody(BaseModel):
    """A note was moved to the trash."""

    path: str
    trash: str = Field(description="File name in the trash of the state folder.")
    job_id: str | None = None
