"""Where questions and problems begin in a part of a note, and how far their answer or fix goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from ingest.chunks.drafts import code_lines
from ingest.chunks.pairs import pairs_of
from ingest.chunks.shell import command_lines
from ingest.chunks.signals import (
    announces,
    asks,
    asks_without_mark,
    ends_openly,
    ends_with_question,
    heads_problems,
    is_error,
    labels_answer,
    labels_question,
    names_problem,
)
from kb.model import Block, BlockKind, ChunkKind, LineRange
from kb.text.hidden import is_hidden
from kb.text.unwritten import says_nothing

_SHOWN: Final = re.compile(r"(?:\*\*|__)[^*_\n]+(?:\*\*|__)|`+[^`\n]+`+")
_MARKED: Final = re.compile(rf"(?:{_SHOWN.pattern})[.:]?")
STRUCTURED: Final = frozenset({BlockKind.CODE, BlockKind.LIST, BlockKind.TABLE})
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
        self._among_problems = any(map(heads_problems, trail))
        self._asks_questions = asks_questions

    def beginning_at(self, at: int) -> Whole | None:
        """Return the question or problem that begins at a block, if one does."""
        return self._question(at) or self._problem(at)

    def asks(self, at: int) -> bool:
        """Tell whether a question begins at a block."""
        block = self._blocks[at]
        if block.kind is BlockKind.QUOTE:
            return self._quote_asks(block)
        return _paragraph_asks(block) or self._asks_by_label(at)

    def interrupts(self, at: int) -> bool:
        """Tell whether a block is a question or symptom of its own, whatever stands before it."""
        return _paragraph_asks(self._blocks[at]) or self.symptom_start(at) is not None

    def symptom_start(self, at: int) -> int | None:
        """Return where the symptom stands, if a problem (or its lead-in) begins at a block."""
        block = self._blocks[at]
        if block.kind is not BlockKind.PARAGRAPH:
            return at if self._is_symptom(at, expected=False) else None
        if self._is_headed(at):
            return at
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
            answered=is_written(self._blocks[at + 1 : end]) or not says_nothing(rest),
        )

    def _problem(self, at: int) -> Whole | None:
        symptom = self.symptom_start(at)
        if symptom is None:
            return None
        end = self._end_of_whole(symptom + 1)
        lines, fix = _symptom_and_fix(self._blocks[symptom])
        body = self._blocks[symptom + 1 : end]
        return Whole(
            kind=ChunkKind.TROUBLESHOOTING,
            start=at,
            end=end,
            asked=lines,
            answered=not says_nothing(fix) if fix else is_written(body),
        )

    def _end_of_whole(self, at: int) -> int:
        """Return the position of the quote, question or problem that ends an answer or a fix."""
        end = at
        while end < len(self._blocks) and not self._ends_whole(end):
            end += 1
        return end

    def _ends_whole(self, at: int) -> bool:
        block = self._blocks[at]
        return block.kind is BlockKind.QUOTE or bool(pairs_of(block)) or self._begins_whole(at)

    def _begins_whole(self, at: int) -> bool:
        return self.asks(at) or self.symptom_start(at) is not None

    def _asks_by_label(self, at: int) -> bool:
        """Tell whether a paragraph is labelled as a question, and the next one as its answer."""
        pair = self._blocks[at : at + 2]
        if [block.kind for block in pair] != [BlockKind.PARAGRAPH] * 2:
            return False
        return labels_question(pair[0].content) and labels_answer(pair[1].content)

    def _is_headed(self, at: int) -> bool:
        """Tell whether a paragraph among problems has a symptom as its first line."""
        head, *below = self._blocks[at].content.split("\n")
        leads = at + 1 < len(self._blocks) and _is_marked(head)
        is_told = bool(below) or (leads and (head.startswith(("*", "_")) or is_error(head)))
        return self._among_problems and is_told and _heads_fix(head)

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
    """Tell whether an answer or fix is written: what it begins with decides, not what follows."""
    shown = [block for block in body if not is_hidden(block.text)]
    if len(shown) > 1 and labels_answer(shown[0].text) and shown[1].kind in STRUCTURED:
        return not says_nothing("\n".join(block.text for block in shown[:2]))
    return bool(shown) and not says_nothing(shown[0].text)


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


def _paragraph_asks(block: Block) -> bool:
    short = block.kind is BlockKind.PARAGRAPH and len(block.content) <= _QUESTION_CHARS
    return short and "\n" not in block.content and ends_with_question(block.content)
