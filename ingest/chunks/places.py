"""Where drafts are made: below which headings, within what, and of which command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest.chunks.drafts import Draft, DraftBook
from kb.model import ChunkKind, LineRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The command that the flags at hand belong to."""

    commands: tuple[str, ...] = ()
    draft: Draft | None = None
    """The entry of the command; None where a heading or a sentence names it."""


NOBODY: Final = Owner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where drafts are being made."""

    trail: tuple[str, ...]
    owner: Owner = NOBODY
    subject: str = ""
    """The program that the section is about; flags which no command owns are its flags."""
    parent: Draft | None = None
    asks_questions: bool = False
    """The section is one of questions, so an item may ask without a question mark."""
    leaves_open: bool = False
    """The section tells what is still to be found out or done."""


def add_draft(
    book: DraftBook,
    place: Place,
    kind: ChunkKind,
    start: int,
    end: int,
    *,
    commands: tuple[str, ...] = (),
    question: LineRange | None = None,
    answered: bool = True,
    parent: Draft | None = None,
) -> Draft:
    """Draft lines of a place; returns the draft that stands for them.

    Args:
        book: Where the draft goes.
        place: Where the lines stand.
        kind: What they are.
        start: Number of the first one, 1-based.
        end: Number of the last one.
        commands: See `Draft`.
        question: See `Draft`.
        answered: See `Draft`.
        parent: What they are a part of; what the place is within by default.
    """
    return book.add(
        Draft(
            kind=kind,
            start=start,
            end=end,
            trail=place.trail,
            commands=commands,
            question=question,
            answered=answered,
            parent=parent or place.parent,
        )
    )
