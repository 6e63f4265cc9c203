"""Drafts of one part of a section: command entries, questions, problems, definitions, text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.chunks.bare_commands import command_alone
from ingest.chunks.code_drafts import draft_commented, draft_file
from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.flag_lines import draft_flag_lines
from ingest.chunks.grouping import pieces_of
from ingest.chunks.leads import Leads, explains_flags
from ingest.chunks.lists import draft_command_lines, draft_command_terms, draft_list
from ingest.chunks.named_owners import commands_named, sole_command
from ingest.chunks.open_questions import draft_open_block, draft_open_heading, is_unwritten
from ingest.chunks.pair_drafts import draft_pairs
from ingest.chunks.pairs import pairs_of
from ingest.chunks.places import NOBODY, Owner, Place, add_draft
from ingest.chunks.problems import STRUCTURED, Whole, Wholes
from ingest.chunks.shell import command_lines
from ingest.chunks.signals import announces, defines
from ingest.chunks.tables import draft_table
from ingest.front_matter import read_front_matter
from kb.model import Block, BlockKind, ChunkKind
from kb.text.hidden import is_hidden

MAX_TEXT_CHARS: Final = 3000
"""A longer paragraph is cut between its lines."""
_PROSE: Final = frozenset({BlockKind.PARAGRAPH, BlockKind.HTML, BlockKind.FOOTNOTE})


class EntryDrafter:
    """Walks over the blocks of one part of a section and drafts what it finds.

    Args:
        book: Where the drafts go.
        blocks: The blocks between two headings or rules.
        place: The trail, and the command that a heading names.
        is_inside: The blocks are the body of a question or a problem, which is a draft already.
    """

    def __init__(
        self, book: DraftBook, blocks: Sequence[Block], place: Place, *, is_inside: bool = False
    ) -> None:
        self._book = book
        self._blocks = blocks
        self._place = place
        self._is_inside = is_inside
        self._wholes = Wholes(blocks, place.trail, asks_questions=place.asks_questions)
        self._leads = Leads(blocks, self._wholes)
        self._adjacent_to = -1
        """Position of the block that directly follows the latest command entry."""

    def run_under(self, heading: Block) -> None:
        """Draft a heading with what belongs to it, then all the rest.

        A command goes with the text that describes it, any other with the mark that its text is
        still to be written.
        """
        if self.begins_unwritten:
            self._place = draft_open_heading(self._book, heading, self._blocks[0], self._place)
            self.run(1)
            return
        command = command_alone(heading.content)
        end = self._leads.heading_description_end(command) if command else 0
        if end:
            lines = heading.lines.start, self._blocks[end - 1].lines.end
            self._entry(lines, (command,), end)
        self.run(end)

    def run(self, start: int = 0) -> None:
        """Draft all blocks, or those from a position on."""
        position = start
        while position < len(self._blocks):
            position = self._step(position)

    def _step(self, at: int) -> int:
        """Draft what begins at a block; returns the position after it."""
        if is_hidden(self._blocks[at].text):
            return at + 1
        if not self._is_inside:
            if after := self._pairs(at):
                return after
            if whole := self._wholes.beginning_at(at):
                self._whole(whole)
                return whole.end
        block = self._blocks[at]
        if is_unwritten(block):
            draft_open_block(self._book, block, self._place)
            return at + 1
        return self._other(at)

    def _other(self, at: int) -> int:
        """Draft what is no question and no problem; returns the position after it."""
        block = self._blocks[at]
        if block.kind is BlockKind.CODE:
            return self._code(at, lead=None)
        if block.kind is BlockKind.PARAGRAPH:
            return self._with_lead(at) if self._leads.leads(at) else self._paragraph(at)
        if block.kind is BlockKind.LIST and self._leads.is_step(at):
            return self._code(at + 1, lead=block)
        self._single(at, lead=None)
        return at + 1

    # --- questions and problems ---------------------------------------------------------------

    def asks(self, at: int) -> bool:
        """Tell whether a question begins at a block."""
        return self._wholes.asks(at)

    def _whole(self, whole: Whole) -> None:
        """Draft a question with its answer, or a symptom with its fix."""
        body = self._blocks[whole.body]
        draft = add_draft(
            self._book,
            self._place,
            whole.kind,
            self._blocks[whole.start].lines.start,
            self._blocks[whole.end - 1].lines.end,
            question=whole.asked,
            answered=whole.answered,
        )
        is_led = self._blocks[whole.start].kind is BlockKind.PARAGRAPH
        if is_led and body and body[0].kind is BlockKind.QUOTE:
            body = body[1:]  # the symptom itself is in the whole
        draft_body(self._book, body, replace(self._place, parent=draft))

    @property
    def begins_unwritten(self) -> bool:
        """The first block only says that something is still to be written."""
        return is_unwritten(self._blocks[0])

    def _pairs(self, at: int) -> int:
        """Draft the labelled questions of a paragraph; returns the position after, 0 for none."""
        block = self._blocks[at]
        pairs = pairs_of(block)
        if not pairs:
            return 0
        led = self._blocks[at + 1 : at + 2] if announces(block.content) else ()
        body = [each for each in led if each.kind in STRUCTURED]
        led_end = body[0].lines.end if body else None
        draft = draft_pairs(self._book, block, self._place, pairs, led_end=led_end)
        draft_body(self._book, body, replace(self._place, parent=draft))
        return at + 1 + len(body)

    # --- commands and code --------------------------------------------------------------------

    def _code(self, at: int, *, lead: Block | None) -> int:
        block = self._blocks[at]
        start = lead.lines.start if lead else block.lines.start
        commands = command_lines(block.content, block.info)
        if not commands:
            file = draft_file(self._book, block, self._place, start=start)
            draft_commented(self._book, block, self._place, whole=file)
            return at + 1
        end = at + 1 if lead else self._leads.description_end(at + 1)
        draft = self._entry((start, self._blocks[end - 1].lines.end), commands, end)
        draft_commented(self._book, block, self._place, whole=draft)
        for paragraph in self._blocks[at + 1 : end]:
            if paragraph.kind is BlockKind.PARAGRAPH and defines(paragraph.content):
                self._add(ChunkKind.DEFINITION, *_span(paragraph), parent=draft)
        return end

    def _entry(self, lines: tuple[int, int], commands: tuple[str, ...], end: int) -> Draft:
        """Draft an entry of commands; it owns the flags from the block at `end` on."""
        draft = add_draft(self._book, self._place, ChunkKind.COMMAND, *lines, commands=commands)
        self._place = replace(self._place, owner=Owner(commands=commands, draft=draft))
        self._adjacent_to = end
        return draft

    def _with_lead(self, at: int) -> int:
        lead, block = self._blocks[at], self._blocks[at + 1]
        if defines(lead.content):
            self._add(ChunkKind.DEFINITION, *_span(lead))
        if block.kind is BlockKind.CODE:
            return self._code(at + 1, lead=lead)
        if block.kind is BlockKind.QUOTE:
            self._quote_with(lead, block)
        else:
            self._single(at + 1, lead=lead)
        return at + 2

    # --- single blocks ------------------------------------------------------------------------

    def _single(self, at: int, *, lead: Block | None) -> None:
        block = self._blocks[at]
        if block.kind is BlockKind.LIST:
            draft_list(self._book, block, self._list_place(at, lead), lead=lead)
        elif block.kind is BlockKind.TABLE:
            draft_table(self._book, block, self._list_place(at, lead), lead=lead)
        elif block.kind is BlockKind.QUOTE:
            self._quote(block)
        elif block.kind is BlockKind.FRONT_MATTER:
            if read_front_matter(block.text.split("\n")).has_more:
                self._add(ChunkKind.PARAGRAPH, *_span(block))
        else:
            self._text(block, ChunkKind.PARAGRAPH)

    def _quote(self, block: Block) -> None:
        """Draft a quote or callout, and the commands, flags and rows within it."""
        is_structure = _has_structure(block)
        if is_structure and [child.lines for child in block.children] == [block.lines]:
            self._within(block, self._place.parent)
            return
        whole = self._text(block, ChunkKind.PARAGRAPH)
        if is_structure:
            self._within(block, whole)

    def _quote_with(self, lead: Block, block: Block) -> None:
        whole = self._add(ChunkKind.PARAGRAPH, lead.lines.start, block.lines.end)
        if _has_structure(block):
            self._within(block, whole)

    def _within(self, block: Block, parent: Draft | None) -> None:
        place = replace(self._place, parent=parent)
        EntryDrafter(self._book, block.children, place, is_inside=True).run()

    def _paragraph(self, at: int) -> int:
        """Draft a paragraph with the footnotes right below it that it refers to."""
        block = self._blocks[at]
        place = self._flag_place(at)
        by_lines = (draft_flag_lines, draft_command_lines, draft_command_terms)
        if any(draft(self._book, block, place) for draft in by_lines):
            return at + 1
        is_definition = defines(block.content) or "\n: " in block.text
        kind = ChunkKind.DEFINITION if is_definition else ChunkKind.PARAGRAPH
        end = self._footnotes_end(at)
        if end > at + 1:
            self._add(kind, block.lines.start, self._blocks[end - 1].lines.end)
        else:
            self._text(block, kind)
        return end

    def _footnotes_end(self, at: int) -> int:
        end, size = at + 1, len(self._blocks[at].text)
        while end < len(self._blocks) and self._leads.is_footnote_of(end, at):
            size += len(self._blocks[end].text)
            if size > MAX_TEXT_CHARS:
                break
            end += 1
        return end

    def _text(self, block: Block, kind: ChunkKind) -> Draft:
        """Draft a text, cut where it is over-long; returns the first piece."""
        first, *others = pieces_of(block, MAX_TEXT_CHARS)
        draft = self._add(kind, *first)
        for start, end in others:
            self._add(kind, start, end)
        return draft

    def _list_place(self, at: int, lead: Block | None) -> Place:
        """Return where a list stands: an unflagged one is a command's own only right after it."""
        named = commands_named(lead) if lead else ()
        if named:
            return replace(self._place, owner=Owner(commands=named))
        block, place = self._blocks[at], self._flag_place(at)
        if place is not self._place:
            return place
        adjacent = at == self._adjacent_to or (lead is not None and at - 1 == self._adjacent_to)
        adjacent = adjacent and not _goes_on_counting(block)
        if adjacent or explains_flags(block) or self._place.owner.draft is None:
            return self._place
        return replace(self._place, owner=NOBODY)

    def _flag_place(self, at: int) -> Place:
        """Return where flags stand: the only command of the paragraph before may own them."""
        before = self._blocks[at - 1] if at else None
        if before is None or before.kind is not BlockKind.PARAGRAPH:
            return self._place
        named = sole_command(before)
        is_free = not self._place.owner.commands or command_alone(before.content)
        if not (named and is_free and explains_flags(self._blocks[at])):
            return self._place
        return replace(self._place, owner=Owner(commands=(named,)))

    def _add(self, kind: ChunkKind, start: int, end: int, *, parent: Draft | None = None) -> Draft:
        return add_draft(self._book, self._place, kind, start, end, parent=parent)


def draft_body(book: DraftBook, body: Sequence[Block], place: Place) -> None:
    """Draft what stands within a question or a problem, unless that is a single paragraph."""
    if len(body) > 1 or any(block.kind not in _PROSE for block in body):
        EntryDrafter(book, body, place, is_inside=True).run()


def _goes_on_counting(block: Block) -> bool:
    """Tell whether a list's first item is a further step, such as `2.` after the code of `1.`."""
    number = block.children[0].info if block.kind is BlockKind.LIST else ""
    return number.isdigit() and int(number) > 1


def _has_structure(quote: Block) -> bool:
    return any(child.kind in STRUCTURED for child in quote.children)


def _span(block: Block) -> tuple[int, int]:
    return block.lines.start, block.lines.end
