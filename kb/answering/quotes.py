"""Citations that hold: each quote is compared with the note as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.errors import NotFoundError, VaultError
from kb.model import Chunk, Citation, LineRange
from kb.ports import NoteReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Lines of a chunk that are to be cited."""

    chunk: Chunk
    lines: LineRange
    """Within the chunk's lines."""


def quote_chunk(chunk: Chunk) -> Quote:
    """Return a quote of the whole chunk."""
    return Quote(chunk=chunk, lines=chunk.lines)


def quoted_text(quote: Quote) -> str:
    """Return the text of the quoted lines as the index knows it."""
    start = quote.lines.start - quote.chunk.lines.start
    length = quote.lines.end - quote.lines.start + 1
    return "\n".join(quote.chunk.text.split("\n")[start : start + length])


def quoted_lines(chunk: Chunk, citation: Citation) -> LineRange:
    """Return where a citation of the chunk stands in the note as the index knows it."""
    lines, wanted = chunk.text.split("\n"), citation.quote.split("\n")
    starts = (n for n in range(len(lines)) if lines[n : n + len(wanted)] == wanted)
    start = chunk.lines.start + next(starts, 0)
    return LineRange(start=start, end=start + len(wanted) - 1)


def cite(quotes: Iterable[Quote], notes: NoteReader) -> list[Citation]:
    """Return numbered citations of the quotes that the notes still hold.

    A note that was edited since it was indexed is read again: a quote that has moved gets its new
    lines, one that is gone is dropped.
    """
    citations: list[Citation] = []
    for quote in quotes:
        lines = _find(quote, notes)
        if lines is None or any(_same_place(quote, lines, other) for other in citations):
            continue
        citations.append(
            Citation(
                n=len(citations) + 1,
                note=quote.chunk.note,
                lines=lines,
                quote=quoted_text(quote),
                chunk=quote.chunk.id,
                heading_trail=quote.chunk.heading_trail,
            )
        )
    return citations


def cited_chunks(quotes: Sequence[Quote], notes: NoteReader) -> list[tuple[Chunk, Citation]]:
    """Return the chunks that the notes still hold, each with its citation."""
    chunks = {quote.chunk.id: quote.chunk for quote in quotes}
    return [(chunks[citation.chunk], citation) for citation in cite(quotes, notes)]


def _same_place(quote: Quote, lines: LineRange, other: Citation) -> bool:
    return (quote.chunk.note, lines) == (other.note, other.lines)


def _find(quote: Quote, notes: NoteReader) -> LineRange | None:
    try:
        source = notes.read(quote.chunk.note).split("\n")
    except (NotFoundError, VaultError):  # gone, or no text any more
        return None
    wanted = quoted_text(quote).split("\n")
    if source[quote.lines.start - 1 : quote.lines.end] == wanted:
        return quote.lines
    starts = [
        start
        for start in range(len(source) - len(wanted) + 1)
        if source[start] == wanted[0] and source[start : start + len(wanted)] == wanted
    ]
    if not starts:
        return None
    nearest = min(starts, key=lambda start: abs(start + 1 - quote.lines.start))
    return LineRange(start=nearest + 1, end=nearest + len(wanted))
