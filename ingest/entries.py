"""Drafts of one part of a section: command entries, questions, problems, definitions, text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from ingest.bare_commands import command_alone, command_at_head, leading_command
from ingest.drafts import Draft, DraftBook, code_lines
from ingest.flag_lines import draft_flag_lines
from ingest.flags import flags_at_head
from ingest.footnotes import label_of, labels_in
from ingest.front_matter import read_front_matter
from ingest.grouping import group_by_content
from ingest.inline import code_pieces
from ingest.lists import (
    NOBODY,
    Owner,
    Place,
    commands_of,
    draft_command_lines,
    draft_command_terms,
    draft_list,
)
from ingest.pairs import pairs_of
from ingest.shell import command_lines, command_name, is_command, is_program
from ingest.signals import (
    announces,
    asks,
    asks_without_mark,
    defines,
    ends_openly,
    ends_with_question,
    heads_problems,
    is_error,
    is_unwritten,
    labels_answer,
    labels_question,
    names_problem,
)
from ingest.tables import draft_table
from kb.model import Block, BlockKind, ChunkKind, LineRange
from kb.text.hidden import is_hidden

MAX_TEXT_CHARS: Final = 3000
"""A longer paragraph is cut between its lines."""
MAX_CODE_CHARS: Final = 50_000
"""A fence is one piece, as half a file is of no use to anyone; a longer one is a dump of data."""
_DESCRIPTION_CHARS: Final = 1500
"""A command's description takes further paragraphs up to this length."""
_SHOWN: Final = re.compile(r"(?:\*\*|__)[^*_\n]+(?:\*\*|__)|`+[^`\n]+`+")
_MARKED: Final = re.compile(rf"(?:{_SHOWN.pattern})[.:]?")
_PROGRAM_NAME: Final = re.compile(r"[a-z][\w.-]+")
_QUESTION_CHARS: Final = 300
_ERROR_LINES: Final = 5
_PROSE: Final = frozenset({BlockKind.PARAGRAPH, BlockKind.HTML, BlockKind.FOOTNOTE})
_STRUCTURED: Final = frozenset({BlockKind.CODE, BlockKind.LIST, BlockKind.TABLE})


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
        end = self._heading_description_end(command) if command else 0
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
            after = self._pairs(at) or self._question(at) or self._problem(at)
            if after:
                return after
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
            return self._with_lead(at) if self._leads(at) else self._paragraph(at)
        if block.kind is BlockKind.LIST and self._is_step(at):
            return self._code(at + 1, lead=block)
        self._single(at, lead=None)
        return at + 1

    # --- questions and problems ---------------------------------------------------------------

    def asks(self, at: int) -> bool:
        """Tell whether a question begins at a block."""
        block = self._blocks[at]
        if block.kind is BlockKind.QUOTE:
            return self._quote_asks(block)
        return self._paragraph_asks(block) or self._asks_by_label(at)

    def _question(self, at: int) -> int:
        """Draft a question with its answer; returns the position after it, 0 where none begins."""
        if not self.asks(at):
            return 0
        block = self._blocks[at]
        first_line = block.content.split("\n", 1)[0]
        asked = ends_with_question(block.content) or not ends_with_question(first_line)
        question_end = block.lines.end if asked else block.lines.start
        end = at + 1
        # A quote that goes on after its question answers it itself.
        while asked and end < len(self._blocks) and not self._ends_whole(end):
            end += 1
        question = LineRange(start=block.lines.start, end=question_end)
        rest = "\n".join(block.text.split("\n")[question_end - block.lines.start + 1 :])
        answered = is_written(self._blocks[at + 1 : end]) or not is_unwritten(rest)
        self._whole(ChunkKind.QUESTION, at, end, question, answered=answered)
        return end

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
        return is_text and is_unwritten(block.text)

    def _pairs(self, at: int) -> int:
        """Draft the labelled questions of a paragraph; returns the position after, 0 for none."""
        block = self._blocks[at]
        pairs = pairs_of(block)
        if not pairs:
            return 0
        self._around(block, [pair.lines for pair in pairs])
        is_led = self._kind(at + 1) in _STRUCTURED and announces(block.content)
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

    def _quote_asks(self, block: Block) -> bool:
        if block.info == "question":
            return True
        text = block.content.split("\n", 1)[0] if not asks(block.content) else block.content
        if is_error(text) and not ends_with_question(text):
            return False
        return asks(text) or (self._place.asks_questions and asks_without_mark(text))

    def _paragraph_asks(self, block: Block) -> bool:
        short = block.kind is BlockKind.PARAGRAPH and len(block.content) <= _QUESTION_CHARS
        return short and "\n" not in block.content and ends_with_question(block.content)

    def _asks_by_label(self, at: int) -> bool:
        """Tell whether a paragraph is labelled as a question, and the next one as its answer."""
        pair = self._blocks[at : at + 2]
        if [block.kind for block in pair] != [BlockKind.PARAGRAPH] * 2:
            return False
        return labels_question(pair[0].content) and labels_answer(pair[1].content)

    def _ends_whole(self, at: int) -> bool:
        """Tell whether an answer or a fix ends before a block: a quote, question or problem."""
        block = self._blocks[at]
        if block.kind is BlockKind.QUOTE or self.asks(at) or pairs_of(block):
            return True
        return self._symptom_start(at) is not None

    def _problem(self, at: int) -> int:
        """Draft a symptom with its fix; returns the position after it, 0 where none begins."""
        symptom = self._symptom_start(at)
        if symptom is None:
            return 0
        end = symptom + 1
        while end < len(self._blocks) and not self._ends_whole(end):
            end += 1
        block = self._blocks[symptom]
        lines, fix = _symptom_and_fix(block)
        answered = not is_unwritten(fix) if fix else is_written(self._blocks[symptom + 1 : end])
        self._whole(ChunkKind.TROUBLESHOOTING, at, end, lines, answered=answered)
        return end

    def _symptom_start(self, at: int) -> int | None:
        """Return where the symptom stands, if a problem (or its lead-in) begins at a block."""
        block = self._blocks[at]
        if block.kind is BlockKind.PARAGRAPH:
            if self._is_headed(at):
                return at
            following = self._kind(at + 1)
            if following not in {BlockKind.QUOTE, BlockKind.CODE} or not announces(block.content):
                return None
            problem = names_problem(block.content)
            return at + 1 if self._is_symptom(at + 1, expected=problem) else None
        return at if self._is_symptom(at, expected=False) else None

    def _is_headed(self, at: int) -> bool:
        """Tell whether a paragraph among problems has a symptom as its first line."""
        head, *below = self._blocks[at].content.split("\n")
        leads = self._kind(at + 1) is not None and _is_marked(head)
        is_told = bool(below) or (leads and (head.startswith(("*", "_")) or is_error(head)))
        among = any(map(heads_problems, self._place.trail))
        return among and is_told and _heads_fix(head)

    def _is_symptom(self, at: int, *, expected: bool) -> bool:
        block = self._blocks[at]
        expected = expected or any(map(names_problem, self._place.trail))
        if block.kind is BlockKind.QUOTE:
            return not self._quote_asks(block) and (expected or is_error(block.content))
        if block.kind is BlockKind.CODE and expected:
            start = "\n".join(block.content.split("\n")[:_ERROR_LINES])
            return not command_lines(block.content, block.info) and is_error(start)
        return False

    def _whole(
        self, kind: ChunkKind, at: int, end: int, question: LineRange, *, answered: bool
    ) -> None:
        body = self._blocks[at + 1 : end]
        draft = self._add(
            kind,
            self._blocks[at].lines.start,
            self._blocks[end - 1].lines.end,
            question=question,
            answered=answered,
        )
        if self._kind(at) is BlockKind.PARAGRAPH and body and body[0].kind is BlockKind.QUOTE:
            body = body[1:]  # the symptom itself is in the whole
        draft_body(self._book, body, replace(self._place, parent=draft))

    # --- commands and code --------------------------------------------------------------------

    def _code(self, at: int, *, lead: Block | None) -> int:
        block = self._blocks[at]
        start = lead.lines.start if lead else block.lines.start
        commands = command_lines(block.content, block.info)
        if not commands:
            self._draft_file(block, start)
            return at + 1
        end = at + 1 if lead else self._description_end(at + 1)
        draft = self._entry((start, self._blocks[end - 1].lines.end), commands, end)
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

    def _heading_description_end(self, command: str) -> int:
        """Return the position after the paragraphs that say what a heading's command does."""
        known, end = {"", command, command_name(command)}, self._description_end(0)
        heads = (block.content.split("\n", 1)[0] for block in self._blocks[:end])
        others = (n for n, head in enumerate(heads) if leading_command(head) not in known)
        end = next(others, end)
        return end - 1 if end and self._leads(end - 1) else end

    def _description_end(self, at: int) -> int:
        """Return the position after the paragraphs that say what the command before them does."""
        end, size = at, 0
        while end < len(self._blocks) and (
            self._describes(end, is_first=end == at) or self._is_footnote_of(end, at)
        ):
            size += len(self._blocks[end].content)
            if end > at and size > _DESCRIPTION_CHARS:
                break
            end += 1
        return end

    def _describes(self, at: int, *, is_first: bool) -> bool:
        block = self._blocks[at]
        if block.kind is not BlockKind.PARAGRAPH or flags_at_head(block.content):
            return False
        if self._paragraph_asks(block) or self._symptom_start(at) is not None:
            return False
        following = self._kind(at + 1)
        if announces(block.content):
            # It belongs to what follows, unless that explains the command's own flags.
            return following is BlockKind.LIST and _explains_flags(self._blocks[at + 1])
        if is_first:
            return True
        leads = following is BlockKind.CODE and ends_openly(block.content)
        return not leads and not defines(block.content)

    def _is_footnote_of(self, at: int, start: int) -> bool:
        """Tell whether a block is a footnote that a block before it, from `start` on, refers to."""
        label = label_of(self._blocks[at])
        return bool(label) and any(
            label in labels_in(block.content) for block in self._blocks[start:at]
        )

    def _draft_file(self, block: Block, start: int) -> None:
        for first, last in _pieces(block, MAX_CODE_CHARS):
            begin = start if first == block.lines.start else first
            self._add(ChunkKind.CODE, begin, last)

    # --- lead-in lines ------------------------------------------------------------------------

    def _leads(self, at: int) -> bool:
        """Tell whether a paragraph belongs to the block after it."""
        block, following = self._blocks[at], self._kind(at + 1)
        if following in {BlockKind.LIST, BlockKind.TABLE, BlockKind.QUOTE}:
            return announces(block.content)
        if following is not BlockKind.CODE:
            return False
        if announces(block.content) or ends_openly(block.content):
            return True
        return self._is_undescribed(at + 1)

    def _is_undescribed(self, at: int) -> bool:
        """Tell whether nothing after a command describes it; it takes the sentence before it."""
        code = self._blocks[at]
        is_bare = self._description_end(at + 1) == at + 1
        return is_bare and bool(command_lines(code.content, code.info))

    def _is_step(self, at: int) -> bool:
        """Tell whether a list is one line that leads to the code after it: `2. Start it`.

        The fence of a step ends the list where it is not indented.
        """
        item, *others = self._blocks[at].children
        if others or len(item.children) > 1 or self._kind(at + 1) is not BlockKind.CODE:
            return False
        if flags_at_head(item.content) or commands_of(item):
            return False
        if self._symptom_start(at + 1) is not None:
            return False
        if announces(item.content):
            return True
        return item.info.isdigit() and (ends_openly(item.content) or self._is_undescribed(at + 1))

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
        while end < len(self._blocks) and self._is_footnote_of(end, at):
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
        if adjacent or _explains_flags(block) or self._place.owner.draft is None:
            return self._place
        return replace(self._place, owner=NOBODY)

    def _flag_place(self, at: int) -> Place:
        """Return where flags stand: the only command of the paragraph before may own them."""
        before = self._blocks[at - 1] if at else None
        if before is None or before.kind is not BlockKind.PARAGRAPH:
            return self._place
        named = _sole_command(before)
        is_free = not self._place.owner.commands or command_alone(before.content)
        if not (named and is_free and _explains_flags(self._blocks[at])):
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


def is_written(body: Sequence[Block]) -> bool:
    """Tell whether an answer or fix is written: what it begins with decides, not what follows."""
    shown = [block for block in body if not is_hidden(block.text)]
    if len(shown) > 1 and labels_answer(shown[0].text) and shown[1].kind in _STRUCTURED:
        return not is_unwritten("\n".join(block.text for block in shown[:2]))
    return bool(shown) and not is_unwritten(shown[0].text)


def draft_body(book: DraftBook, body: Sequence[Block], place: Place) -> None:
    """Draft what stands within a question or a problem, unless that is a single paragraph."""
    if len(body) > 1 or any(block.kind not in _PROSE for block in body):
        EntryDrafter(book, body, place, is_inside=True).run()


def _symptom_and_fix(block: Block) -> tuple[LineRange, str]:
    """Return the lines of a symptom, and the fix in the block itself; empty where it has none.

    A paragraph is headed by its symptom; a quote goes on with the fix in lines without its mark.
    """
    if block.kind is BlockKind.CODE:
        return code_lines(block), ""
    _, *others = block.text.split("\n")
    is_quote = block.kind is BlockKind.QUOTE
    quoted = takewhile(lambda line: is_quote and line.lstrip().startswith(">"), others)
    count = len(list(quoted))
    lines = LineRange(start=block.lines.start, end=block.lines.start + count)
    return lines, "\n".join(others[count:])


def _is_marked(line: str) -> bool:
    """Tell whether a line is nothing but code or bold."""
    return bool(_MARKED.fullmatch(line.strip()))


def _heads_fix(line: str) -> bool:
    """Tell whether a line begins with code or bold and ends openly, and is no command."""
    shown = _SHOWN.match(line)
    if shown is None or not (_is_marked(line) or ends_openly(line)):
        return False
    return not announces(line) and not command_lines(shown[0].strip("`*_"))


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


def _explains_flags(block: Block) -> bool:
    """Tell whether a list, table or paragraph explains at least one flag."""
    rows = block.children
    if block.kind is BlockKind.PARAGRAPH:
        return bool(flags_at_head(block.content))
    if block.kind is BlockKind.LIST:
        return any(flags_at_head(item.content) for item in rows)
    return any(flags_at_head(cell.content) for row in rows for cell in row.children[:1])


def _goes_on_counting(block: Block) -> bool:
    """Tell whether a list's first item is a further step, such as `2.` after the code of `1.`."""
    number = block.children[0].info if block.kind is BlockKind.LIST else ""
    return number.isdigit() and int(number) > 1


def _has_structure(quote: Block) -> bool:
    return any(child.kind in _STRUCTURED for child in quote.children)


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
