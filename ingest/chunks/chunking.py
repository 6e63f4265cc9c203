"""From a parsed note to its chunks. Pure: the same note gives the same chunks.

A chunk is the smallest unit that answers by itself, and whole lines of the note. A line may be in
several chunks: a step with a command is a chunk, and a part of the list of steps.
Every line with text is in at least one, but for headings with a body and front matter of title,
tags and aliases, which go into the chunks' trails, titles and tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.chunks.drafts import Draft, DraftBook, finish_drafts
from ingest.chunks.entries import EntryDrafter, draft_body
from ingest.chunks.footnote_drafts import tie_footnotes
from ingest.chunks.named_owners import owner_named_by, subject_of
from ingest.chunks.places import Place
from ingest.chunks.problems import is_written
from ingest.chunks.sections import Section, split_sections
from ingest.chunks.signals import (
    asks,
    collects_problems,
    heads_problems,
    heads_questions,
    is_error,
    leaves_open,
    names_problem,
    tells_symptom,
)
from kb.model import Block, BlockKind, Chunk, ChunkKind, LineRange, Note

_WHOLE_SECTION_CHARS: Final = 6000
"""A longer section is not taken as one answer to its heading."""
_SPECIFIC_WORDS: Final = 2
"""A heading of fewer words (`Exceptions`) names a topic, unless the word is made of several."""
_JOINED_WORDS: Final = re.compile(r"[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]\w*")
"""`ImagePullBackOff`, `OOMKilled`."""


def chunk_note(note: Note) -> list[Chunk]:
    """Return the chunks of a note by line, parents before their children."""
    book = DraftBook()
    for section in split_sections(note.blocks):
        _draft_section(book, section)
    if not book.drafts:
        _draft_front_matter(book, note.blocks)
    tie_footnotes(note.blocks, book.drafts)
    return finish_drafts(note, book.drafts)


def _draft_front_matter(book: DraftBook, blocks: Sequence[Block]) -> None:
    """Draft the front matter of a note that has nothing else."""
    for block in blocks:
        fields = block.text.split("\n")[1:-1]
        if block.kind is BlockKind.FRONT_MATTER and any(map(str.strip, fields)):
            start, end = block.lines.start, block.lines.end
            book.add(Draft(kind=ChunkKind.PARAGRAPH, start=start, end=end))


def _draft_section(book: DraftBook, section: Section) -> None:
    heading = section.heading
    place = Place(
        trail=section.trail,
        owner=owner_named_by(heading.content if heading else ""),
        subject=subject_of(
            section.trail, "\n".join(block.text for part in section.parts for block in part)
        ),
        asks_questions=any(map(heads_questions, section.trail)),
        leaves_open=any(map(leaves_open, section.trail)),
    )
    parts = section.parts
    if heading is not None:
        if not parts:
            if not section.has_subsections or _heading_is_question(heading):
                _draft_bare_heading(book, section, heading, place)
            return
        drafter = EntryDrafter(book, parts[0], place)
        is_whole = _heading_is_question(heading) or _heading_is_problem(section)
        if is_whole and not drafter.begins_unwritten:
            _draft_whole_part(book, heading, parts[0], place)
        else:
            drafter.run_under(heading)
        parts = parts[1:]
    for part in parts:
        EntryDrafter(book, part, place).run()


def _draft_bare_heading(book: DraftBook, section: Section, heading: Block, place: Place) -> None:
    is_question = _heading_is_question(heading)
    book.add(
        Draft(
            kind=ChunkKind.QUESTION if is_question else ChunkKind.HEADING,
            start=heading.lines.start,
            end=heading.lines.end,
            trail=heading.heading_trail,
            commands=place.owner.commands,
            question=heading.lines if is_question else None,
            answered=section.has_subsections or not is_question,
        )
    )


def _draft_whole_part(
    book: DraftBook, heading: Block, part: tuple[Block, ...], place: Place
) -> None:
    """Draft a heading that asks or names a problem, with what follows as answer or fix.

    What answers a heading ends where the next question is asked.
    """
    is_question = _heading_is_question(heading)
    drafter = EntryDrafter(book, part, place)
    asking = (at for at in range(1, len(part)) if is_question and drafter.asks(at))
    end = next(asking, len(part))
    whole = book.add(
        Draft(
            kind=ChunkKind.QUESTION if is_question else ChunkKind.TROUBLESHOOTING,
            start=heading.lines.start,
            end=part[end - 1].lines.end,
            trail=heading.heading_trail,
            question=LineRange(start=heading.lines.start, end=heading.lines.end),
            answered=is_written(part),
        )
    )
    if is_question and drafter.asks(0):
        drafter.run()
        return
    draft_body(book, part[:end], replace(place, parent=whole))
    drafter.run(end)


def _heading_is_question(heading: Block) -> bool:
    return asks(heading.content)


def _heading_is_problem(section: Section) -> bool:
    """Tell whether a section as a whole is one problem: named by its heading, and not by quotes."""
    heading = section.heading
    if heading is None or any(block.kind is BlockKind.QUOTE for block in section.parts[0]):
        return False
    size = sum(len(block.text) for block in section.parts[0])
    if size > _WHOLE_SECTION_CHARS:
        return False
    if heads_problems(heading.content):
        return False
    words = heading.content.split()
    is_specific = len(words) >= _SPECIFIC_WORDS or bool(_JOINED_WORDS.match(heading.content))
    if is_specific and (names_problem(heading.content) or is_error(heading.content)):
        return True
    if tells_symptom(section.parts[0][0].content):
        return True
    return any(map(collects_problems, heading.heading_trail))
