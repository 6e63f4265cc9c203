"""Drafts of one part of a section: command entries, questions, problems, definitions, text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.chunks.bare_commands import command_alone, command_at_head
from ingest.chunks.commented_lines import commented_lines
from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.flag_lines import draft_flag_lines
from ingest.chunks.grouping import group_by_content
from ingest.chunks.leads import Leads, explains_flags
from ingest.chunks.lists import (
    NOBODY,
    Owner,
    Place,
    draft_command_lines,
    draft_command_terms,
    draft_list,
)
from ingest.chunks.pairs import pairs_of
from ingest.chunks.problems import STRUCTURED, Whole, Wholes
from ingest.chunks.shell import command_lines, is_command, is_program
from ingest.chunks.signals import announces, asks, defines
from ingest.chunks.tables import draft_table
from ingest.front_matter import read_front_matter
from ingest.inline import code_pieces
from kb.model import Block, BlockKind, ChunkKind, LineRange
from kb.text.command_lines import command_name
from kb.text.file_kinds import kind_of_file
from kb.text.hidden import is_hidden
from kb.text.unwritten import says_nothing

MAX_TEXT_CHARS: Final = 3000
"""A longer paragraph is cut between its lines."""
MAX_CODE_CHARS: Final = 50_000
"""A fence is one piece, as half a file is of no use to anyone; a longer one is a dump of data."""
_PROGRAM_NAME: Final = re.compile(r"[a-z][\w.-]+")
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
            self._open_heading(heading)
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
        return self._open_block(at) if self._is_unwritten(at) else self._other(at)

    def _open_block(self, at: int) -> int:
        """Draft a bare `TODO` as an open question; one within a whole answers nothing at all."""
        block = self._blocks[at]
        if self._place.parent is None:
            self._add(ChunkKind.QUESTION, *_span(block), question=block.lines, answered=False)
        return at + 1

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
        draft = self._add(
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
        return self._is_unwritten(0)

    def _open_heading(self, heading: Block) -> None:
        """Draft a heading whose text is still to be written as an open question."""
        self._book.add(
            Draft(
                kind=ChunkKind.QUESTION,
                start=heading.lines.start,
                end=self._blocks[0].lines.end,
                trail=heading.heading_trail,
                question=heading.lines,
                answered=False,
            )
        )
        if asks(heading.content):
            # What follows is no answer, and would be found as one by the words of the question.
            self._place = replace(self._place, trail=heading.heading_trail)

    def _is_unwritten(self, at: int) -> bool:
        """Tell whether a block only says that something is still to be written."""
        block = self._blocks[at]
        is_text = block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST}
        return is_text and says_nothing(block.text)

    def _pairs(self, at: int) -> int:
        """Draft the labelled questions of a paragraph; returns the position after, 0 for none."""
        block = self._blocks[at]
        pairs = pairs_of(block)
        if not pairs:
            return 0
        self._around(block, [pair.lines for pair in pairs])
        is_led = self._kind(at + 1) in STRUCTURED and announces(block.content)
        end = at + 2 if is_led else at + 1
        for pair in pairs:
            is_last = pair is pairs[-1]
            draft = self._add(
                ChunkKind.QUESTION,
                pair.lines.start,
                self._blocks[end - 1].lines.end if is_last else pair.lines.end,
                question=pair.question,
                answered=pair.answered or (is_last and is_led),
            )
            if is_last:
                body = self._blocks[at + 1 : end]
                draft_body(self._book, body, replace(self._place, parent=draft))
        return end

    def _around(self, block: Block, drafted: Sequence[LineRange]) -> None:
        """Draft the lines of a paragraph before, between and after those that are drafted."""
        starts = [block.lines.start, *(lines.end + 1 for lines in drafted)]
        ends = [*(lines.start - 1 for lines in drafted), block.lines.end]
        for start, end in zip(starts, ends, strict=True):
            if start <= end:
                self._add(ChunkKind.PARAGRAPH, start, end)

    # --- commands and code --------------------------------------------------------------------

    def _code(self, at: int, *, lead: Block | None) -> int:
        block = self._blocks[at]
        start = lead.lines.start if lead else block.lines.start
        commands = command_lines(block.content, block.info)
        if not commands:
            self._draft_commented(block, self._draft_file(block, start))
            return at + 1
        end = at + 1 if lead else self._leads.description_end(at + 1)
        draft = self._entry((start, self._blocks[end - 1].lines.end), commands, end)
        self._draft_commented(block, draft)
        for paragraph in self._blocks[at + 1 : end]:
            if paragraph.kind is BlockKind.PARAGRAPH and defines(paragraph.content):
                self._add(ChunkKind.DEFINITION, *_span(paragraph), parent=draft)
        return end

    def _entry(self, lines: tuple[int, int], commands: tuple[str, ...], end: int) -> Draft:
        """Draft an entry of commands; it owns the flags from the block at `end` on."""
        draft = self._add(ChunkKind.COMMAND, *lines, commands=commands)
        self._place = replace(self._place, owner=Owner(commands=commands, draft=draft))
        self._adjacent_to = end
        return draft

    def _draft_file(self, block: Block, start: int) -> Draft:
        """Draft code that is no commands; returns the first piece."""
        (_, end), *others = _pieces(block, MAX_CODE_CHARS)
        draft = self._add(ChunkKind.CODE, start, end)
        for first, last in others:
            self._add(ChunkKind.CODE, first, last)
        return draft

    def _draft_commented(self, block: Block, whole: Draft) -> None:
        """Draft the lines of code that have a comment of their own."""
        source = block.text.split("\n")
        for own in commented_lines(block):
            first = own.start - block.lines.start
            code = "\n".join(source[first : own.end - block.lines.start + 1])
            commands = command_lines(code, block.info) if whole.commands else ()
            kind = ChunkKind.COMMAND if commands else ChunkKind.CODE
            line = self._add(kind, own.start, own.end, commands=commands, parent=whole)
            line.told = kind_of_file(block.content, block.info)

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
        first, *others = _pieces(block, MAX_TEXT_CHARS)
        draft = self._add(kind, *first)
        for start, end in others:
            self._add(kind, start, end)
        return draft

    def _list_place(self, at: int, lead: Block | None) -> Place:
        """Return where a list stands: an unflagged one is a command's own only right after it."""
        named = _commands_named(lead) if lead else ()
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
        named = _sole_command(before)
        is_free = not self._place.owner.commands or command_alone(before.content)
        if not (named and is_free and explains_flags(self._blocks[at])):
            return self._place
        return replace(self._place, owner=Owner(commands=(named,)))

    def _add(
        self,
        kind: ChunkKind,
        start: int,
        end: int,
        *,
        commands: tuple[str, ...] = (),
        question: LineRange | None = None,
        answered: bool = True,
        parent: Draft | None = None,
    ) -> Draft:
        return self._book.add(
            Draft(
                kind=kind,
                start=start,
                end=end,
                trail=self._place.trail,
                commands=commands,
                question=question,
                answered=answered,
                parent=parent or self._place.parent,
            )
        )

    def _kind(self, at: int) -> BlockKind | None:
        return self._blocks[at].kind if at < len(self._blocks) else None


def draft_body(book: DraftBook, body: Sequence[Block], place: Place) -> None:
    """Draft what stands within a question or a problem, unless that is a single paragraph."""
    if len(body) > 1 or any(block.kind not in _PROSE for block in body):
        EntryDrafter(book, body, place, is_inside=True).run()


def owner_named_by(heading: str) -> Owner:
    """Return the command that a heading is about; nobody where it is about something else."""
    if is_command(heading):
        return Owner(commands=(command_at_head(heading.strip()) or heading.strip(),))
    return NOBODY


def subject_of(trail: Sequence[str], body: str) -> str:
    """Return the program that the nearest heading names (`curl`); empty where none does.

    Args:
        trail: The headings above, with the section's own.
        body: The section's text. A program that is not well known heads lines that call it.
    """
    own = trail[-1].lower() if trail else ""
    if _PROGRAM_NAME.fullmatch(own) and not is_program(own):
        called = re.search(rf"^\s*(?:[-*+>$]\s+)*`?{re.escape(own)}(?=[ -])", body, re.MULTILINE)
        if called:
            return own
    return next((name for name in map(str.lower, reversed(trail)) if is_program(name)), "")


def _commands_named(lead: Block) -> tuple[str, ...]:
    pieces = (piece.code.strip() for piece in code_pieces(lead.content))
    return tuple(command_name(code) for code in pieces if is_command(code))


def _sole_command(block: Block) -> str:
    """Return the command that a paragraph marks as code, where it marks just one."""
    codes = [piece.code.strip() for piece in code_pieces(block.content)]
    commands = list(filter(is_command, codes))
    return commands[0] if len(commands) == 1 else ""


def _goes_on_counting(block: Block) -> bool:
    """Tell whether a list's first item is a further step, such as `2.` after the code of `1.`."""
    number = block.children[0].info if block.kind is BlockKind.LIST else ""
    return number.isdigit() and int(number) > 1


def _has_structure(quote: Block) -> bool:
    return any(child.kind in STRUCTURED for child in quote.children)


def _span(block: Block) -> tuple[int, int]:
    return block.lines.start, block.lines.end


def _pieces(block: Block, max_chars: int) -> list[tuple[int, int]]:
    """Cut an over-long block between its lines, at blank lines where there are some."""
    if len(block.text) <= max_chars:
        return [_span(block)]
    # A line's end counts as a character of it.
    lines = [f"{line}\n" for line in block.text.split("\n")]
    first = block.lines.start
    return [
        (first + group.start, first + group.stop - 1)
        for group in group_by_content(lines, max_chars)
        if any(map(str.strip, lines[group.start : group.stop]))
    ]
