"""Footnotes that stand apart from their text: each is tied to the sentence that refers to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.chunks.drafts import Draft
from ingest.chunks.footnotes import label_of, labels_in, without_marks
from ingest.models.embedding_text import embedding_text
from kb.model import Block, BlockKind
from kb.text.sentences import split_sentences

_HEADER_CHARS: Final = 300
_UNREAD: Final = frozenset({BlockKind.FOOTNOTE, BlockKind.CODE, BlockKind.FRONT_MATTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    line: int
    sentence: str


def tie_footnotes(blocks: Sequence[Block], drafts: Sequence[Draft]) -> None:
    """Give drafts of footnotes the sentence that refers to them as context, its draft as parent."""
    labels = {
        line: label
        for block in blocks
        if (label := label_of(block))
        for line in range(block.lines.start, block.lines.end + 1)
    }
    if not labels:
        return
    references = _first_references(blocks, frozenset(labels.values()))
    referring = _smallest_over(drafts, sorted({one.line for one in references.values()}))
    for draft in drafts:
        # A draft that begins above the footnote, or ends below it, has more in it.
        own = labels.get(draft.start, "")
        reference = references.get(own) if own == labels.get(draft.end) else None
        if reference is None:
            continue
        draft.told = reference.sentence
        draft.referrer = referring.get(reference.line)
        if draft.parent is None and draft.referrer and draft.referrer.start < draft.start:
            draft.parent = draft.referrer


def _first_references(blocks: Iterable[Block], known: frozenset[str]) -> dict[str, _Reference]:
    found: dict[str, _Reference] = {}
    for number, line in _lines_with_marks(blocks):
        for sentence in split_sentences(line):
            if new := (labels_in(sentence) & known) - found.keys():
                text = embedding_text(without_marks(sentence))[:_HEADER_CHARS]
                found |= dict.fromkeys(new, _Reference(line=number, sentence=text))
    return found


def _lines_with_marks(blocks: Iterable[Block]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        if block.kind not in _UNREAD and "[^" in block.text:
            for number, line in enumerate(block.text.split("\n"), start=block.lines.start):
                if "[^" in line:
                    yield number, line


def _smallest_over(drafts: Iterable[Draft], lines: Sequence[int]) -> dict[int, Draft]:
    """Return the smallest draft over each of the lines, which are in order."""
    smallest: dict[int, Draft] = {}
    for draft in drafts:
        for line in lines[bisect_left(lines, draft.start) : bisect_right(lines, draft.end)]:
            best = smallest.get(line)
            if best is None or draft.end - draft.start < best.end - best.start:
                smallest[line] = draft
    return smallest
