"""What holds for the blocks and chunks of any text."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.front_matter import read_front_matter
from kb.model import Block, BlockKind, Chunk, ChunkId, Note
from kb.text.hidden import is_hidden


def check_blocks(note: Note) -> None:
    """Blocks are whole lines, in order, side by side; only blank lines lie between them."""
    lines = note.source.split("\n")
    covered: list[int] = []
    for block in note.blocks:
        _check_lines(block, lines)
        covered += range(block.lines.start, block.lines.end + 1)
    assert covered == sorted(set(covered)), "blocks overlap or are out of order"
    blank = {number for number, line in enumerate(lines, start=1) if not line.strip()}
    assert set(range(1, len(lines) + 1)) - set(covered) <= blank


def check_chunks(note: Note, chunks: Sequence[Chunk]) -> None:
    """Chunks are whole lines with an id of their own, and no text is in none of them."""
    lines = note.source.split("\n")
    known: set[ChunkId] = set()
    for chunk in chunks:
        assert chunk.text == "\n".join(lines[chunk.lines.start - 1 : chunk.lines.end])
        assert chunk.text.strip()
        assert chunk.parent is None or chunk.parent in known, "a parent stands before its child"
        known.add(chunk.id)
        for span in chunk.code:
            assert chunk.lines.start <= span.lines.start <= span.lines.end <= chunk.lines.end
    assert len(known) == len(chunks)
    assert _lost_lines(note, chunks) == []


def _check_lines(block: Block, lines: Sequence[str]) -> None:
    if block.lines.start:
        is_cell = block.kind is BlockKind.PARAGRAPH and not block.text
        assert is_cell or block.text == "\n".join(lines[block.lines.start - 1 : block.lines.end])
    for child in block.children:
        assert block.lines.start <= child.lines.start <= child.lines.end <= block.lines.end
        _check_lines(child, lines)


def _lost_lines(note: Note, chunks: Sequence[Chunk]) -> list[str]:
    """Return lines with text that are in no chunk, nor in a chunk's trail, tags or title."""
    kept = {n for chunk in chunks for n in range(chunk.lines.start, chunk.lines.end + 1)}
    trails = {heading for chunk in chunks for heading in chunk.heading_trail}
    lost = []
    for block in note.blocks:
        if block.kind is BlockKind.RULE or is_hidden(block.text):
            continue
        if block.kind is BlockKind.FRONT_MATTER and _is_carried(block, chunks):
            continue
        if block.kind is BlockKind.HEADING and block.content in {"", *trails}:
            continue
        lost += [
            line
            for number, line in enumerate(block.text.split("\n"), start=block.lines.start)
            if line.strip() and number not in kept
        ]
    return lost


def _is_carried(front: Block, chunks: Sequence[Chunk]) -> bool:
    """Tell whether every chunk carries all that the front matter says."""
    lines = front.text.split("\n")
    fields = read_front_matter(lines)
    if fields.has_more or (any(map(str.strip, lines[1:-1])) and not chunks):
        return False
    return all(
        fields.title in {"", chunk.title}
        and set(fields.tags) <= set(chunk.tags)
        and fields.aliases == chunk.aliases
        for chunk in chunks
    )
