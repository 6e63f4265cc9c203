"""Questions and answers that a paragraph labels as such: a line `Q: …`, below it `A: …`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ingest.chunks.signals import (
    ends_with_question,
    labels_answer,
    labels_question,
    notes_task,
)
from kb.model import Block, BlockKind, LineRange
from kb.text.unwritten import says_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and its answer within one paragraph."""

    lines: LineRange
    """Both."""
    question: LineRange
    answered: bool
    """The answer is written, and not left empty or marked as still to be written."""


def pairs_of(block: Block) -> list[Pair]:
    """Return the labelled questions of a paragraph of several lines; none where it holds none."""
    if block.kind is not BlockKind.PARAGRAPH or "\n" not in block.text:
        return []
    lines = block.text.split("\n")
    heads = [number for number in range(len(lines)) if _begins_pair(lines, number)]
    first = block.lines.start
    return [_pair(lines[head:end], first + head) for head, end in pairwise([*heads, len(lines)])]


def _begins_pair(lines: list[str], number: int) -> bool:
    """Tell whether a line is labelled as a question, and asks or is answered right below."""
    following = lines[number + 1] if number + 1 < len(lines) else ""
    asked = ends_with_question(lines[number]) or labels_answer(following)
    return labels_question(lines[number]) and asked


def _pair(lines: list[str], start: int) -> Pair:
    answers = (number for number, line in enumerate(lines) if labels_answer(line))
    answer = next(answers, 1)
    # A task that stands below a question, and not as its answer, is another matter.
    tasks = (number for number in range(answer, len(lines)) if notes_task(lines[number]))
    lines = lines[: next(tasks, len(lines))]
    told = "\n".join(lines[answer:])
    return Pair(
        lines=LineRange(start=start, end=start + len(lines) - 1),
        question=LineRange(start=start, end=start + answer - 1),
        answered=not (says_nothing(told) or ends_with_question(told)),
    )
