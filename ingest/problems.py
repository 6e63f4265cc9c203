"""Where questions and problems begin in a part of a note, and how far their answer or fix goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.drafts import code_lines
from ingest.shell import command_lines
from ingest.signals import (
    announces,
    asks,
    asks_without_mark,
    ends_with_question,
    is_error,
    is_unwritten,
    names_problem,
)
from kb.model import Block, BlockKind, ChunkKind, LineRange

_QUESTION_CHARS: Final = 300
"""A longer paragraph tells, though it ends with a question."""
_ERROR_LINES: Final = 5
"""Lines of output at whose beginning an error is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A question with its answer, or a symptom with its fix."""

    kind: ChunkKind
    start: int
    """Position of its first block."""
    end: int
    """Position after its last block."""
    asked: LineRange
    """The lines of the question or symptom."""
    answered: bool

    @property
    def body(self) -> slice:
        """The blocks after the first."""
        return slice(self.start + 1, self.end)


class Wholes:
    """Finds the questions and problems of a part.

    Args:
        blocks: The blocks of the part.
        trail: The headings above it.
        asks_questions: A heading announces questions.
    """

    def __init__(
        self, blocks: Sequence[Block], trail: Sequence[str], *, asks_questions: bool
    ) -> None:
        self._blocks = blocks
        self._under_problem = any(map(names_problem, trail))
        self._asks_questions = asks_questions

    def beginning_at(self, at: int) -> Whole | None:
        """Return the question or problem that begins at a block, if one does."""
        return self._question(at) or self._problem(at)

    def asks(self, at: int) -> bool:
        """Tell whether a question begins at a block."""
        block = self._blocks[at]
        is_quote = block.kind is BlockKind.QUOTE
        return self._quote_asks(block) if is_quote else _paragraph_asks(block)

    def interrupts(self, at: int) -> bool:
        """Tell whether a block is a question or symptom of its own, whatever stands before it."""
        return _paragraph_asks(self._blocks[at]) or self.symptom_start(at) is not None

    def symptom_start(self, at: int) -> int | None:
        """Return where the symptom stands, if a problem (or its lead-in) begins at a block."""
        block = self._blocks[at]
        if block.kind is not BlockKind.PARAGRAPH:
            return at if self._is_symptom(at, expected=False) else None
        if at + 1 == len(self._blocks) or not announces(block.content):
            return None
        expected = names_problem(block.content)
        return at + 1 if self._is_symptom(at + 1, expected=expected) else None

    def _question(self, at: int) -> Whole | None:
        if not self.asks(at):
            return None
        block = self._blocks[at]
        first_line = block.content.split("\n", 1)[0]
        asked = ends_with_question(block.content) or not ends_with_question(first_line)
        last = block.lines.end if asked else block.lines.start
        # A quote that goes on after its question answers it itself.
        end = self._end_of_whole(at + 1) if asked else at + 1
        rest = "\n".join(block.text.split("\n")[last - block.lines.start + 1 :])
        return Whole(
            kind=ChunkKind.QUESTION,
            start=at,
            end=end,
            asked=LineRange(start=block.lines.start, end=last),
            answered=is_written(self._blocks[at + 1 : end]) or not is_unwritten(rest),
        )

    def _problem(self, at: int) -> Whole | None:
        symptom = self.symptom_start(at)
        if symptom is None:
            return None
        block, end = self._blocks[symptom], self._end_of_whole(symptom + 1)
        return Whole(
            kind=ChunkKind.TROUBLESHOOTING,
            start=at,
            end=end,
            asked=code_lines(block) if block.kind is BlockKind.CODE else block.lines,
            answered=is_written(self._blocks[symptom + 1 : end]),
        )

    def _end_of_whole(self, at: int) -> int:
        """Return the position of the quote, question or problem that ends an answer or a fix."""
        end = at
        while end < len(self._blocks) and not self._ends_whole(end):
            end += 1
        return end

    def _ends_whole(self, at: int) -> bool:
        return self._blocks[at].kind is BlockKind.QUOTE or self.interrupts(at)

    def _quote_asks(self, block: Block) -> bool:
        if block.info == "question":
            return True
        text = block.content.split("\n", 1)[0] if not asks(block.content) else block.content
        if is_error(text) and not ends_with_question(text):
            return False
        return asks(text) or (self._asks_questions and asks_without_mark(text))

    def _is_symptom(self, at: int, *, expected: bool) -> bool:
        block = self._blocks[at]
        expected = expected or self._under_problem
        if block.kind is BlockKind.QUOTE:
            return not self._quote_asks(block) and (expected or is_error(block.content))
        if block.kind is BlockKind.CODE and expected:
            start = "\n".join(block.content.split("\n")[:_ERROR_LINES])
            return not command_lines(block.content, block.info) and is_error(start)
        return False


def is_written(body: Sequence[Block]) -> bool:
    """Tell whether an answer or fix says more than that it is still to be written."""
    return not all(is_unwritten(block.text) for block in body)


def _paragraph_asks(block: Block) -> bool:
    short = block.kind is BlockKind.PARAGRAPH and len(block.content) <= _QUESTION_CHARS
    return short and "\n" not in block.content and ends_with_question(block.content)
