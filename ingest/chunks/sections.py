"""A note's blocks by heading and, within a heading, by rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.model import Block, BlockKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The blocks under one heading, up to the next heading of any level."""

    heading: Block | None
    """None for what stands before the first heading."""
    trail: tuple[str, ...]
    """The headings above the blocks, the section's own included."""
    parts: tuple[tuple[Block, ...], ...]
    """The blocks between the section's rules."""
    has_subsections: bool = False
    """Deeper headings follow."""


def split_sections(blocks: Sequence[Block]) -> list[Section]:
    """Split a note's top-level blocks into sections, in order."""
    starts = [n for n, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    sections = []
    first = starts[0] if starts else len(blocks)
    if first > 0:
        parts = tuple(_split_at_rules(blocks[:first]))
        sections.append(Section(heading=None, trail=(), parts=parts))
    for start, end in pairwise([*starts, len(blocks)]):
        sections.append(_section(blocks, start, end))
    return sections


def _section(blocks: Sequence[Block], start: int, end: int) -> Section:
    heading = blocks[start]
    own = (heading.content,) if heading.content else ()
    return Section(
        heading=heading,
        trail=(*heading.heading_trail, *own),
        parts=tuple(_split_at_rules(blocks[start + 1 : end])),
        has_subsections=end < len(blocks) and blocks[end].level > heading.level,
    )


def _split_at_rules(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    part: list[Block] = []
    for block in blocks:
        if block.kind is not BlockKind.RULE:
            part.append(block)
        elif part:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)
