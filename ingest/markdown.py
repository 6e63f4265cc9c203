"""From a note's text to Blocks with their exact lines. The only module that parses Markdown.

The parser (markdown-it-py) finds the blocks; inline text stays as written. Three of its rules are
off: inline parsing, which is not needed to find lines; reference definitions, which would take
lines out of the text; and with the latter also footnotes, which are recognised here by their mark.
Whatever lines the parser leaves out (past its nesting limit) are kept as plain paragraphs.
"""

from __future__ import annotations

import gc
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.chunks.footnotes import continues_footnote, split_footnotes
from ingest.front_matter import FrontMatter, read_front_matter
from ingest.inline import code_pieces, plain_text
from kb.model import Block, BlockKind, LineRange, Note, NoteId, NoteWarning

_NESTING_LIMIT: Final = 40
_LARGE_CHARS: Final = 500_000
_CONTAINERS: Final = {
    "bullet_list": BlockKind.LIST,
    "ordered_list": BlockKind.LIST,
    "list_item": BlockKind.LIST_ITEM,
    "blockquote": BlockKind.QUOTE,
    "table": BlockKind.TABLE,
    "tr": BlockKind.TABLE_ROW,
    "th": BlockKind.PARAGRAPH,
    "td": BlockKind.PARAGRAPH,
    "paragraph": BlockKind.PARAGRAPH,
    "heading": BlockKind.HEADING,
}
_LEAVES: Final = {
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.HTML,
    "hr": BlockKind.RULE,
}
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]+\]:")
_CALLOUT: Final = re.compile(r"\[!(\w+)\][+-]?")
_TAG: Final = re.compile(r"(?<![\w&/#`])#(?=[\w/-]*[^\W\d])([\w/-]{1,80})")


def parse_note(
    note: NoteId,
    source: str,
    *,
    encoding: str = "utf-8",
    warnings: Iterable[NoteWarning] = (),
) -> Note:
    r"""Parse a note. Never raises, whatever the text is.

    Args:
        note: Its path; the file's name is the title where the text gives none.
        source: The decoded text with line ends as `\n`.
        encoding: What the file was encoded in.
        warnings: What was odd about the file; put before the parser's own warnings.
    """
    lines = source.split("\n")
    front = read_front_matter(lines)
    found = list(warnings)
    if front.problem:
        found.append(_front_matter_warning(note, front))
    try:
        with _collector_paused(is_needed=len(source) > _LARGE_CHARS):
            blocks = _BlockBuilder(lines, front).build()
    except Exception as error:  # noqa: BLE001 - a parser's bug must not cost the user the note
        blocks = _plain_blocks(lines, range(1, len(lines) + 1))
        message = f"the Markdown could not be parsed ({type(error).__name__}); kept as plain text"
        found.append(NoteWarning(note=note, line=0, message=message, code="not_parsed"))
    return Note(
        id=note,
        title=front.title or _only_title(blocks) or title_of_file(note),
        source=source,
        blocks=tuple(blocks),
        encoding=encoding,
        tags=tuple(dict.fromkeys((*front.tags, *_inline_tags(blocks)))),
        aliases=front.aliases,
        date=front.date,
        warnings=tuple(found),
    )


def title_of_file(note: NoteId) -> str:
    """Return the title of a note whose text gives none: its file's name, with composed letters."""
    return unicodedata.normalize("NFC", PurePosixPath(note).stem)


@contextmanager
def _collector_paused(*, is_needed: bool) -> Iterator[None]:
    """Pause garbage collection, which goes over a large note's tokens again and again.

    It makes a table of 100,000 rows three times as slow; parsing itself leaves no cycles behind.
    """
    if not is_needed or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING_LIMIT}).enable("table")
    parser.core.ruler.disable("inline")
    return parser.disable("reference")


class _BlockBuilder:
    """Turns the parser's flat tokens into a tree of Blocks, and fills gaps between them."""

    def __init__(self, lines: Sequence[str], front: FrontMatter) -> None:
        self._lines = lines
        self._front = front
        self._trail: list[tuple[int, str]] = []

    def build(self) -> list[Block]:
        first = self._front.line_count
        tokens = _parser().parse("\n".join(self._lines[first:]))
        blocks: list[Block] = []
        if first:
            text = "\n".join(self._lines[:first])
            span = LineRange(start=1, end=first)
            blocks.append(Block(kind=BlockKind.FRONT_MATTER, lines=span, text=text))
        for whole in self._top_level(tokens, first):
            for block in split_footnotes(whole):
                self._append(blocks, block)
        next_line = blocks[-1].lines.end + 1 if blocks else 1
        return blocks + self._gap(next_line, len(self._lines))

    def _append(self, blocks: list[Block], block: Block) -> None:
        """Put a block after the others, and before it what lines the parser left out."""
        next_line = blocks[-1].lines.end + 1 if blocks else 1
        blocks += self._gap(next_line, block.lines.start - 1)
        if blocks and continues_footnote(blocks[-1], block):
            blocks[-1] = self._extended(blocks[-1], block.lines.end)
        else:
            blocks.append(self._with_trail(block))

    def _extended(self, footnote: Block, end: int) -> Block:
        lines = LineRange(start=footnote.lines.start, end=end)
        text = self._text(lines)
        return replace(footnote, lines=lines, text=text, content=text.strip())

    def _top_level(self, tokens: Sequence[Token], shift: int) -> Iterable[Block]:
        stack: list[tuple[Token, list[Block], str]] = []
        for token in tokens:
            if token.nesting > 0:
                stack.append((token, [], ""))
                continue
            if token.type == "inline":
                opening, children, _ = stack[-1]
                stack[-1] = (opening, children, token.content)
                continue
            if token.nesting < 0:
                opening, children, content = stack.pop()
                made = self._container(opening, children, content, shift, len(stack))
            else:
                leaf = self._leaf(token, shift)
                made = [leaf] if leaf else []
            if stack:
                stack[-1][1].extend(made)
            else:
                yield from made

    def _container(
        self, opening: Token, children: list[Block], content: str, shift: int, depth: int
    ) -> list[Block]:
        name = opening.type.removesuffix("_open")
        if name in {"th", "td"}:
            # Cells know no lines; their row gives them its own.
            return [Block(kind=BlockKind.PARAGRAPH, lines=_NOWHERE, text="", content=content)]
        kind = _CONTAINERS.get(name)
        lines = self._trimmed(opening, shift)
        if kind is None or lines is None:
            return children
        block = Block(
            kind=kind,
            lines=lines,
            text=self._text(lines),
            content=content.strip(),
            level=_level_of(opening, depth),
            info=opening.info or opening.markup,
            children=tuple(children),
        )
        return [_finished(block)]

    def _leaf(self, token: Token, shift: int) -> Block | None:
        kind = _LEAVES.get(token.type)
        lines = self._trimmed(token, shift)
        if kind is None or lines is None:
            return None
        return Block(
            kind=kind,
            lines=lines,
            text=self._text(lines),
            content=token.content.removesuffix("\n"),
            info=token.info.strip(),
            level=int(kind is BlockKind.CODE and token.type == "fence"),
        )

    def _trimmed(self, token: Token, shift: int) -> LineRange | None:
        """Return the token's lines without blank ones around them; None where all are blank.

        To the parser a line of no-break spaces is text; here it is blank.
        """
        if token.map is None:
            return None
        start, end = token.map[0] + shift, min(token.map[1] + shift, len(self._lines))
        while end > start and not self._lines[end - 1].strip():
            end -= 1
        while end > start and not self._lines[start].strip():
            start += 1
        return LineRange(start=start + 1, end=end) if end > start else None

    def _text(self, lines: LineRange) -> str:
        return "\n".join(self._lines[lines.start - 1 : lines.end])

    def _gap(self, start: int, end: int) -> list[Block]:
        plain = _plain_blocks(self._lines, range(start, end + 1))
        return [self._with_trail(block) for block in plain]

    def _with_trail(self, block: Block) -> Block:
        """Give the block the headings above it, and follow headings."""
        if block.kind is BlockKind.HEADING:
            while self._trail and self._trail[-1][0] >= block.level:
                self._trail.pop()
        trail = tuple(text for _, text in self._trail)
        if block.kind is BlockKind.HEADING and block.content:
            self._trail.append((block.level, block.content))
        return _put_trail(block, trail) if trail else block


_NOWHERE: Final = LineRange(start=0, end=0)


def _put_trail(block: Block, trail: tuple[str, ...]) -> Block:
    children = tuple(_put_trail(child, trail) for child in block.children)
    return replace(block, heading_trail=trail, children=children)


def _level_of(opening: Token, depth: int) -> int:
    if opening.type == "heading_open":
        return int(opening.tag[1:])
    return depth


def _finished(block: Block) -> Block:
    """Fill in what a block says from what is in it."""
    if block.kind is BlockKind.HEADING:
        return replace(block, content=_one_line(plain_text(block.content)), info="", children=())
    if block.kind is BlockKind.PARAGRAPH and _FOOTNOTE.match(block.content):
        return replace(block, kind=BlockKind.FOOTNOTE, info="", children=())
    if block.kind is BlockKind.QUOTE:
        return _finished_quote(block)
    if block.kind is BlockKind.LIST_ITEM:
        content = block.children[0].content if block.children else ""
        return replace(block, content=content)
    if block.kind is BlockKind.TABLE:
        return _finished_table(block)
    return block


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _finished_quote(block: Block) -> Block:
    content = "\n".join(child.content for child in block.children if child.content)
    callout = _CALLOUT.match(content)
    info = callout.group(1).lower() if callout else ""
    return replace(block, content=content, info=info)


def _finished_table(block: Block) -> Block:
    rows = []
    for number, row in enumerate(block.children):
        cells = tuple(replace(cell, lines=row.lines) for cell in row.children)
        content = " | ".join(cell.content for cell in cells)
        rows.append(replace(row, content=content, level=min(number, 1), children=cells))
    return replace(block, children=tuple(rows))


def _plain_blocks(lines: Sequence[str], numbers: range) -> list[Block]:
    """Keep lines that no block holds: a paragraph for each run of non-blank lines."""
    blocks: list[Block] = []
    run: list[int] = []
    for number in (*numbers, 0):
        if number and lines[number - 1].strip():
            run.append(number)
        elif run:
            text = "\n".join(lines[run[0] - 1 : run[-1]])
            span = LineRange(start=run[0], end=run[-1])
            blocks.append(
                Block(kind=BlockKind.PARAGRAPH, lines=span, text=text, content=text.strip())
            )
            run = []
    return blocks


def _only_title(blocks: Iterable[Block]) -> str:
    """Return the text of the only heading of level 1; several are sections, not titles."""
    tops = [block for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
    return tops[0].content if len(tops) == 1 else ""


def _inline_tags(blocks: Iterable[Block]) -> list[str]:
    tags: list[str] = []
    for block in blocks:
        if block.kind in {BlockKind.LIST, BlockKind.LIST_ITEM, BlockKind.QUOTE}:
            tags += _inline_tags(block.children)
        elif block.kind is BlockKind.PARAGRAPH and "#" in block.content:
            tags += _tags_in(block.content)
    return tags


def _tags_in(text: str) -> list[str]:
    plain = list(text)
    for piece in code_pieces(text):
        plain[piece.start : piece.end] = " " * (piece.end - piece.start)
    return [match.group(1).rstrip("/") for match in _TAG.finditer("".join(plain))]


def _front_matter_warning(note: NoteId, front: FrontMatter) -> NoteWarning:
    return NoteWarning(
        note=note,
        line=front.problem_line,
        message=f"the front matter is not valid YAML ({front.problem}); it was read as text",
        hint="quote values that contain a colon or begin with a bracket",
        code="bad_front_matter",
    )
