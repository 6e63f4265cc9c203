"""Quotes with their places."""

from __future__ import annotations

from pydantic import BaseModel

from kb.model import Citation


class CitationBody(BaseModel):
    """A verbatim quote with its place."""

    n: int
    note: str
    line_start: int
    line_end: int
    heading_trail: list[str]
    quote: str
    chunk_id: str
    span: tuple[int, int] | None = None

    @classmethod
    def of(cls, citation: Citation) -> CitationBody:
        """Turn a citation into its wire shape."""
        return cls(
            n=citation.n,
            note=citation.note,
            line_start=citation.lines.start,
            line_end=citation.lines.end,
            heading_trail=list(citation.heading_trail),
            quote=citation.quote,
            chunk_id=citation.chunk,
            span=citation.span,
        )
