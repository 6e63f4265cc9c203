"""Footnotes among a note's blocks: where they begin and end, and which text refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kb.model import Block, BlockKind, LineRange

_START: Final = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")
_MARK: Final = re.compile(r"^ {0,3}\[\^[^\]\s]+\]:|\[\^([^\]\s]+)\]", re.MULTILINE)


def split_footnotes(block: Block) -> Iterator[Block]:
    """Cut a paragraph before each line that begins a footnote; other blocks stay whole."""
    if block.kind not in {BlockKind.PARAGRAPH, BlockKind.FOOTNOTE} or "[^" not in block.text:
        yield block
        return
    lines = block.text.split("\n")
    starts = [number for number, line in enumerate(lines) if _START.match(line)]
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        if start < end:
            yield _part(block, lines[start:end], block.lines.start + start)


def _part(block: Block, lines: list[str], first: int) -> Block:
    text = "\n".join(lines)
    return replace(
        block,
        kind=BlockKind.FOOTNOTE if _START.match(text) else BlockKind.PARAGRAPH,
        lines=LineRange(start=first, end=first + len(lines) - 1),
        text=text,
        content=text.strip(),
    )


def continues_footnote(before: Block, block: Block) -> bool:
    """Tell whether a block is a further paragraph of the footnote before it, indented as such."""
    is_indented = block.kind is BlockKind.CODE and block.level == 0
    return is_indented and before.kind is BlockKind.FOOTNOTE


def label_of(footnote: Block) -> str:
    """Return the label of a footnote: `1` of `[^1]: text`; empty for other blocks."""
    match = _START.match(footnote.text) if footnote.kind is BlockKind.FOOTNOTE else None
    return match.group(1) if match else ""


def labels_in(text: str) -> frozenset[str]:
    """Return the labels of the footnotes that a text refers to."""
    return frozenset(filter(None, _MARK.findall(text))) if "[^" in text else frozenset()


def without_marks(text: str) -> str:
    """Return a text without its references to footnotes."""
    return _MARK.sub("", text)
