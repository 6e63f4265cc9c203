"""Shows blocks and chunks as lines of text, to compare with the cases' `.expected` files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.model import Block, Chunk, ChunkId, LineRange

CASES = Path(__file__).parents[2] / "cases"


def case_files(folder: str) -> list[Path]:
    """Return the notes of a folder of cases; there must be some."""
    found = sorted((CASES / folder).glob("*.md"))
    assert found, f"no case in {folder}"
    return found


def expected(case: Path) -> str:
    return case.with_suffix(".expected").read_text(encoding="utf-8")


def show_chunks(chunks: Sequence[Chunk]) -> str:
    by_id = {chunk.id: chunk for chunk in chunks}
    return "".join(f"{_chunk_line(chunk, by_id)}\n" for chunk in chunks)


def show_blocks(blocks: Sequence[Block]) -> str:
    return "".join(f"{line}\n" for line in _block_lines(blocks, 0))


def _chunk_line(chunk: Chunk, by_id: dict[ChunkId, Chunk]) -> str:
    parts = [f"{_lines(chunk.lines):7} {chunk.kind.value:15}"]
    if chunk.parent is not None:
        parent = by_id[chunk.parent]
        parts.append(f"in {parent.kind.value} {_lines(parent.lines)}")
    if chunk.commands:
        parts.append(f"of {' ; '.join(chunk.commands)}")
    if chunk.flags:
        parts.append(f"explains {' '.join(chunk.flags)}")
    if chunk.question_lines is not None:
        parts.append(f"asked {_lines(chunk.question_lines)}")
    if not chunk.answered:
        parts.append("open")
    parts += [f"code {_lines(span.lines)} {span.text!r}" for span in chunk.code]
    return " | ".join([*parts, f"context {chunk.context!r}"])


def _block_lines(blocks: Sequence[Block], depth: int) -> Iterator[str]:
    for block in blocks:
        trail = f" under {' > '.join(block.heading_trail)}" if depth == 0 else ""
        info = f" [{block.info}]" if block.info else ""
        yield (
            f"{'  ' * depth}{block.kind.value} {_lines(block.lines)}"
            f" {block.content!r}{info}{trail if block.heading_trail else ''}"
        )
        yield from _block_lines(block.children, depth + 1)


def _lines(lines: LineRange) -> str:
    return f"{lines.start}-{lines.end}"
