"""Drafts of chunks, and how they become chunks: ids, contexts, the code in them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.chunks.bare_commands import unmarked_commands
from ingest.inline import code_pieces
from ingest.markdown import title_of_file
from kb.model import Block, BlockKind, Chunk, ChunkId, ChunkKind, CodeSpan, LineRange, Note
from kb.text.command_lines import command_name

_SEPARATOR: Final = " › "
_COLUMN_SEPARATOR: Final = " | "
_NAMED_COMMANDS: Final = 4
"""How many of a fence's commands a context names."""
_OPENING_KINDS: Final = frozenset({ChunkKind.PARAGRAPH, ChunkKind.DEFINITION})
_OPENING_CHARS: Final = 400
"""So much of a paragraph may tell what the sections after it are about."""


@dataclass(slots=True, eq=False, kw_only=True)
class Draft:
    """A chunk in the making; its parent is known before either has an id."""

    kind: ChunkKind
    start: int
    """First line, 1-based."""
    end: int
    """Last line, inclusive."""
    trail: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    question: LineRange | None = None
    answered: bool = True
    columns: tuple[str, ...] = ()
    """What heads each column of a table; empty where nothing does."""
    told: str = ""
    """What tells of it elsewhere: the sentence that refers to a footnote, the kind of a file that a
    line stands in."""
    parent: Draft | None = None
    referrer: Draft | None = None
    """What refers to it, where it is a footnote: the context has its headings and commands."""


@dataclass(slots=True)
class DraftBook:
    """Collects the drafts of a note; a second draft of the same kind for the same lines is dropped.

    Attributes:
        drafts: In order of writing: a parent stands before its children.
    """

    drafts: list[Draft] = field(default_factory=list)
    _seen: dict[tuple[ChunkKind, int, int], Draft] = field(default_factory=dict)

    def add(self, draft: Draft) -> Draft:
        """Keep a draft; returns the one that stands for these lines."""
        known = self._seen.setdefault((draft.kind, draft.start, draft.end), draft)
        if known is draft:
            self.drafts.append(draft)
        return known


def finish_drafts(note: Note, drafts: Iterable[Draft]) -> list[Chunk]:
    """Return the chunks of a note by line, parents before their children."""
    ordered = sorted(drafts, key=lambda draft: (draft.start, -draft.end))
    lines = note.source.split("\n")
    texts = {id(draft): "\n".join(lines[draft.start - 1 : draft.end]) for draft in ordered}
    ids = dict(_ids(note, ordered, texts))
    code = _CodeIndex(note.blocks)
    declared = note.title if note.title != title_of_file(note.id) else ""
    openings = _openings(ordered, texts)
    return [
        Chunk(
            id=ids[id(draft)],
            note=note.id,
            kind=draft.kind,
            lines=LineRange(start=draft.start, end=draft.end),
            text=texts[id(draft)],
            title=note.title,
            aliases=note.aliases,
            heading_trail=draft.trail,
            tags=note.tags,
            parent=ids[id(draft.parent)] if draft.parent is not None else None,
            commands=draft.commands,
            flags=draft.flags,
            code=code.within(draft.start, draft.end),
            context=_context(declared, draft),
            setting=_setting(openings, draft),
            columns=draft.columns,
            question_lines=draft.question,
            answered=draft.answered,
        )
        for draft in ordered
    ]


def _ids(
    note: Note, drafts: Sequence[Draft], texts: dict[int, str]
) -> Iterator[tuple[int, ChunkId]]:
    """Name each draft by what it says, so that an edit elsewhere leaves its id as it was."""
    seen: Counter[tuple[ChunkKind, str]] = Counter()
    for draft in drafts:
        text = texts[id(draft)]
        ordinal = seen[draft.kind, text]
        seen[draft.kind, text] += 1
        parts = (note.id, draft.kind.value, str(ordinal), text)
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
        yield id(draft), ChunkId(digest.hexdigest()[:20])


def _context(title: str, draft: Draft) -> str:
    """Return title, heading trail, command, header and what tells of it, each named once.

    A title that is only the file's name is left out, so that renaming a file changes no vector.
    """
    place = draft.referrer or draft
    names = dict.fromkeys(command_name(command) for command in place.commands)
    command = ", ".join(list(names)[:_NAMED_COMMANDS])
    header = _COLUMN_SEPARATOR.join(filter(None, draft.columns))
    parts = (title, *place.trail, command, header, draft.told)
    return _SEPARATOR.join(dict.fromkeys(part for part in parts if part))


def _openings(drafts: Iterable[Draft], texts: Mapping[int, str]) -> dict[tuple[str, ...], str]:
    """Return the first paragraph under each trail of headings."""
    found: dict[tuple[str, ...], str] = {}
    for draft in drafts:
        if draft.kind in _OPENING_KINDS and draft.parent is None:
            found.setdefault(draft.trail, texts[id(draft)][:_OPENING_CHARS])
    return found


def _setting(openings: Mapping[tuple[str, ...], str], draft: Draft) -> str:
    above = (draft.trail[:depth] for depth in range(len(draft.trail)))
    return "\n".join(openings[trail] for trail in above if trail in openings)


class _CodeIndex:
    """All code of a note by its first line."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._spans = sorted(_code_spans(blocks), key=lambda span: span.lines.start)
        self._starts = [span.lines.start for span in self._spans]

    def within(self, start: int, end: int) -> tuple[CodeSpan, ...]:
        """Return the code in lines `start` to `end`; of code that they are a part of, that part."""
        around = self._around(start, end)
        if around is not None:
            return (_part_of(around, start, end),)
        found = self._spans[bisect_left(self._starts, start) : bisect_right(self._starts, end)]
        return tuple(span for span in found if span.lines.end <= end)

    def _around(self, start: int, end: int) -> CodeSpan | None:
        """Return the block of code that lines `start` to `end` are a part of."""
        place = bisect_right(self._starts, start) - 1
        span = self._spans[place] if place >= 0 else None
        if span is None or span.inline or span.lines == LineRange(start=start, end=end):
            return None
        return span if end <= span.lines.end else None


def _part_of(span: CodeSpan, start: int, end: int) -> CodeSpan:
    first = start - span.lines.start
    own = span.text.split("\n")[first : end - span.lines.start + 1]
    return replace(span, text="\n".join(own), lines=LineRange(start=start, end=end))


def _code_spans(blocks: Iterable[Block]) -> Iterator[CodeSpan]:
    for block in blocks:
        if block.kind is BlockKind.CODE:
            if not block.content:
                continue
            yield CodeSpan(text=block.content, lines=code_lines(block), info=block.info)
        elif block.kind is BlockKind.HEADING:
            yield from _inline_spans(block.text, block.lines.start)
        elif block.kind in {BlockKind.PARAGRAPH, BlockKind.FOOTNOTE}:
            yield from _inline_spans(block.content, block.lines.start)
        else:
            yield from _code_spans(block.children)


def _inline_spans(text: str, first_line: int) -> Iterator[CodeSpan]:
    """Yield what is marked as code, and the commands that lines begin with unmarked."""
    for number, command in unmarked_commands(text):
        own = LineRange(start=first_line + number, end=first_line + number)
        yield CodeSpan(text=command, lines=own, inline=True)
    line, counted = first_line, 0
    for piece in code_pieces(text):
        start = line + text.count("\n", counted, piece.start)
        line = start + text.count("\n", piece.start, piece.end)
        counted = piece.end
        yield CodeSpan(text=piece.code, lines=LineRange(start=start, end=line), inline=True)


def code_lines(block: Block) -> LineRange:
    """Return the lines of a code block's code, without the fence's own lines.

    An empty fence, and code without one (indented), give all their lines.
    """
    start, end = block.lines.start, block.lines.end
    if block.level == 0 or not block.content:
        return block.lines
    has_end = end - start - block.content.count("\n") > 1
    return LineRange(start=min(start + 1, end), end=max(end - 1 if has_end else end, start))
