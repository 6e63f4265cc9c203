"""Drafts of lists: flags, positional arguments, steps, and plain items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.chunks.bare_commands import (
    command_above,
    command_at_head,
    explained_command,
    leading_command,
    typed_head,
)
from ingest.chunks.drafts import Draft, DraftBook
from ingest.chunks.flags import flags_at_head
from ingest.chunks.grouping import group_blocks
from ingest.chunks.owners import owners_of
from ingest.chunks.places import Owner, Place, add_draft
from ingest.chunks.shell import command_lines, is_command
from ingest.chunks.signals import (
    asks_without_mark,
    defines,
    ends_with_question,
    labels_question,
    seeks,
    wonders,
)
from ingest.inline import code_at_head, plain_text
from kb.model import Block, BlockKind, ChunkKind, LineRange
from kb.text.markers import without_task_box
from kb.text.prompts import without_prompt
from kb.text.unwritten import says_nothing

MAX_LIST_CHARS: Final = 3000
"""A longer list is cut between its items."""
MAX_SINGLE_ITEMS: Final = 500
"""The items of a longer list are data, found by the part of the list that they stand in."""
_STANDALONE_WORDS: Final = 3


def draft_list(book: DraftBook, block: Block, place: Place, *, lead: Block | None = None) -> None:
    """Draft a list with its lead-in line: as flags of a command, or as a whole and its items."""
    items = _items(block)
    flagged = [item for item in items if flags_at_head(item.content)]
    if flagged:
        _draft_flag_list(book, items, place, lead)
        return
    if len(items) == 1 and lead is None:
        _draft_item(book, items[0], place)
        return
    for number, group in enumerate(group_blocks(items, MAX_LIST_CHARS)):
        start = lead.lines.start if lead and number == 0 else group[0].lines.start
        whole = book.add(
            Draft(
                kind=ChunkKind.LIST,
                start=start,
                end=group[-1].lines.end,
                trail=place.trail,
                commands=place.owner.commands,
                parent=place.parent or place.owner.draft,
            )
        )
        for item in group:
            if len(items) <= MAX_SINGLE_ITEMS and _stands_alone(item):
                _draft_item(book, item, place, parent=whole)


def draft_command_lines(book: DraftBook, block: Block, place: Place) -> bool:
    """Draft a paragraph in which a line each explains a command; returns False where it is none."""
    commands = [explained_command(line) for line in block.text.split("\n")]
    if not all(commands):
        return False
    for number, command in enumerate(commands, start=block.lines.start):
        add_draft(book, place, ChunkKind.COMMAND, number, number, commands=(command,))
    return True


def draft_command_terms(book: DraftBook, block: Block, place: Place) -> bool:
    """Draft a paragraph of commands, each on a line above what it does; False where it is none."""
    lines = block.text.split("\n")
    pairs = enumerate(zip(lines, [*lines[1:], ""], strict=True))
    commands = {number: command for number, pair in pairs if (command := command_above(*pair))}
    parts = list(pairwise([*commands, len(lines)]))
    others = (n for n, line in enumerate(lines) if n not in commands and leading_command(line))
    is_told = all(end - head > 1 for head, end in parts)
    if 0 not in commands or not is_told or any(others):
        return False
    for head, end in parts:
        first, last = block.lines.start + head, block.lines.start + end - 1
        add_draft(book, place, ChunkKind.COMMAND, first, last, commands=(commands[head],))
    return True


def add_flag_row(book: DraftBook, row: Block, flags: Sequence[str], place: Place) -> None:
    """Draft a table row that explains flags."""
    add_flag(book, row.lines.start, row.lines.end, tuple(flags), place)


def _draft_flag_list(
    book: DraftBook, items: Sequence[Block], place: Place, lead: Block | None
) -> None:
    if lead is not None:
        add_paragraph(book, lead.lines.start, lead.lines.end, place)
    for item in items:
        flags = flags_at_head(item.content)
        if flags:
            add_flag(book, item.lines.start, item.lines.end, flags, place)
        else:
            _draft_item(book, item, place, parent=place.owner.draft)


def _draft_item(book: DraftBook, item: Block, place: Place, parent: Draft | None = None) -> None:
    """Draft one item: a step with a command, a question, a definition, or plain text.

    Its own lists are drafted where they hold commands or flags, or make it over-long.
    """
    commands = commands_of(item)
    kind, question, answered = ChunkKind.LIST_ITEM, None, True
    first = _first_line_asking(item, place)
    if commands:
        kind = ChunkKind.COMMAND
    elif first is not None:
        kind, question = ChunkKind.QUESTION, first
        line, _, rest = item.content.partition("\n")
        answered = not says_nothing(rest) or len(item.children) > 1 or not _ends_with_question(line)
    elif not place.owner.commands and _defines_term(item):
        # What a command's own list explains are its arguments.
        kind = ChunkKind.DEFINITION
    draft = book.add(
        Draft(
            kind=kind,
            start=item.lines.start,
            end=_end_of(item),
            trail=place.trail,
            commands=commands or place.owner.commands,
            question=question,
            answered=answered,
            parent=parent or place.parent or place.owner.draft,
        )
    )
    _draft_nested(book, item, replace(place, parent=draft), draft, commands)


def _draft_nested(
    book: DraftBook, item: Block, place: Place, draft: Draft, commands: tuple[str, ...] = ()
) -> None:
    """Draft what the lists of an item about `commands` hold; plain ones stay a part of `draft`."""
    lists = _lists(item)
    if not lists:
        return
    named = commands or _command_named(item)
    inner = replace(place, owner=Owner(commands=named, draft=draft)) if named else place
    is_cut = draft.end < item.lines.end
    for child in lists:
        nested = _items(child)
        if is_cut or any(flags_at_head(each.content) for each in nested):
            draft_list(book, child, inner)
            continue
        for each in nested:
            if commands_of(each):
                _draft_item(book, each, inner, parent=draft)
            else:
                _draft_nested(book, each, inner, draft)


def _end_of(item: Block) -> int:
    """Return the last line of an item's own draft; an over-long one ends before its lists."""
    lists = _lists(item)
    if len(item.text) <= MAX_LIST_CHARS or not lists:
        return item.lines.end
    begin = lists[0].lines.start
    goes_on = any(
        child.lines.start > begin and child.kind is not BlockKind.LIST for child in item.children
    )
    return item.lines.end if goes_on or begin == item.lines.start else begin - 1


def _command_named(item: Block) -> tuple[str, ...]:
    """Return the command that an item's first line is, whose flags are explained below it."""
    line = plain_text(without_task_box(item.content).split("\n", 1)[0]).rstrip(" :")
    command = line if is_command(line) else typed_head(line)
    return (command,) if command else ()


def commands_of(item: Block) -> tuple[str, ...]:
    """Return the commands that an item is about: its fences', or the one that it begins with."""
    fences = [child for child in item.children if child.kind is BlockKind.CODE]
    from_fences = [line for fence in fences for line in command_lines(fence.content, fence.info)]
    if from_fences:
        return tuple(from_fences)
    text = without_task_box(item.content)
    first = code_at_head(text)
    if first is not None and is_command(first.code):
        return (without_prompt(first.code),)
    bare = command_at_head(text.split("\n", 1)[0])
    return (bare,) if bare else ()


def _first_line_asking(item: Block, place: Place) -> LineRange | None:
    line = item.content.split("\n", 1)[0]
    asks_here = place.asks_questions and asks_without_mark(line)
    asks_anywhere = labels_question(line) or wonders(line)
    if not (asks_here or asks_anywhere or (place.leaves_open and seeks(line))):
        return None
    return LineRange(start=item.lines.start, end=item.lines.start)


def _defines_term(item: Block) -> bool:
    """Tell whether an item says what a term is; a numbered one is a step, one with a box a task."""
    is_step = item.text.lstrip()[:1].isdigit()
    is_task = without_task_box(item.content) != item.content.lstrip()
    return not (is_step or is_task) and defines(item.content)


def _ends_with_question(text: str) -> bool:
    return "?" not in text or ends_with_question(text)


def _stands_alone(item: Block) -> bool:
    text = without_task_box(item.content)
    words = plain_text(text).split()
    has_code = "`" in text and len(words) > 1
    is_labelled = len(words) > 1 and words[0].endswith(":")
    is_told = has_code or is_labelled or len(words) >= _STANDALONE_WORDS
    return len(item.children) > 1 or is_told


def _lists(item: Block) -> list[Block]:
    return [child for child in item.children if child.kind is BlockKind.LIST]


def _items(block: Block) -> list[Block]:
    return [child for child in block.children if child.kind is BlockKind.LIST_ITEM]


def add_flag(book: DraftBook, start: int, end: int, flags: tuple[str, ...], place: Place) -> None:
    """Draft lines that explain flags."""
    subject = (place.subject,) if place.subject else ()
    book.add(
        Draft(
            kind=ChunkKind.FLAG,
            start=start,
            end=end,
            trail=place.trail,
            commands=owners_of(place.owner.commands, flags) or subject,
            flags=flags,
            parent=place.owner.draft or place.parent,
        )
    )


def add_paragraph(book: DraftBook, start: int, end: int, place: Place) -> None:
    """Draft lines of text."""
    book.add(
        Draft(
            kind=ChunkKind.PARAGRAPH,
            start=start,
            end=end,
            trail=place.trail,
            commands=place.owner.commands,
            parent=place.owner.draft or place.parent,
        )
    )
