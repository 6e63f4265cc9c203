"""Which lines of a chosen chunk carry the answer: those alone are quoted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from kb.answering.command_entries import CODE_KINDS
from kb.answering.hedging import is_hedged
from kb.answering.named_sections import named_whole
from kb.answering.quotes import Quote, quote_chunk
from kb.model import Chunk, ChunkKind, LineRange
from kb.ports import Reranker
from kb.retrieval.coverage import WeightedTerm, coverage, text_terms
from kb.retrieval.question import ParsedQuestion
from kb.text.announcing import ends_in_colon
from kb.text.fences import begins_fence
from kb.text.intent import Intent, asks_for_example
from kb.text.leaning import understood_from
from kb.text.markers import holds_numbered
from kb.text.sentences import split_sentences
from kb.text.statements import is_item, statements
from kb.text.tokens import analyze
from kb.text.unwritten import says_nothing

_LONG_CODE: Final = 6
_TELLING: Final = 0.7
"""Share of the question's content from which on a line of code answers alone."""
_OF_STATEMENTS: Final = frozenset({ChunkKind.PARAGRAPH, ChunkKind.DEFINITION, ChunkKind.LIST})
_OF_ANY_KIND: Final = _OF_STATEMENTS | CODE_KINDS | {ChunkKind.TROUBLESHOOTING}
"""What may be taken apart for who asks what or where something is: a fix tells that too."""
_OF_WORDS: Final = frozenset({Intent.YES_NO, Intent.WHY})
"""Who asks so may be answered by what is said beside a block of code, without the code."""
_WHOLE: Final = frozenset({Intent.LIST, Intent.COMPARISON})
"""Who asks so wants all that stands there."""
_MOST_STATEMENTS: Final = 12
"""More are not read, as that would take longer than the answer may."""
_AS_SURE: Final = 1.5
"""A statement whose reading is so far below the best one's belongs to the answer as well."""
_DOUBT_WORDS: Final = 6
_NAMING: Final = 2
"""A question with so many words of a command names it: `docker run`."""
_ONE_WORD_OF_CODE: Final = re.compile(r"(?:[^`\n]*\n)?[^`\w]*`[^`\s]+`[^`\w]*")
"""What an item has that is a name in a list, with or without the line that leads to it."""
_BARE_WORDS: Final = 3
"""An item with fewer words is not understood without the list."""


def quote_telling(
    chunk: Chunk,
    question: ParsedQuestion,
    terms: Sequence[WeightedTerm],
    reranker: Reranker | None = None,
) -> Quote:
    """Return a quote of the lines of a chunk that answer, of the whole chunk where they all do.

    Args:
        chunk: What was chosen.
        question: What is asked.
        terms: The question's content.
        reranker: Reads the statements of a paragraph or list; without one they stay together.
    """
    if reranker is None or question.intent in _WHOLE:
        return quote_telling_line(chunk, terms)
    asks_steps = question.intent is Intent.HOW_TO and holds_numbered(chunk.text)
    if asks_steps or named_whole(chunk, question, terms):
        return quote_chunk(chunk)
    parts = told_apart(chunk, _apart(chunk, question))
    if not 1 < len(parts) <= _MOST_STATEMENTS or all(begins_fence(part.text) for part in parts):
        return quote_telling_line(chunk, terms)
    found = _answering(parts, reranker.read(question.text, parts).tolist(), question)
    if found is None or (
        chunk.kind in CODE_KINDS and any(begins_fence(part.text) for part in parts[found])
    ):
        return quote_telling_line(chunk, terms)
    return Quote(
        chunk=chunk,
        lines=LineRange(start=parts[found][0].lines.start, end=parts[found][-1].lines.end),
    )


def _answering(
    parts: Sequence[Chunk], readings: Sequence[float], question: ParsedQuestion
) -> slice | None:
    """Return which parts of a chunk answer by themselves; None where they do so only together."""
    if _holds_symptom(parts[readings.index(max(readings))]):
        return None
    first, last = _understandable(parts, *_sure(parts, readings), question)
    found = slice(first, last + 1)
    return None if parts[0].kind is ChunkKind.LIST and _is_bare(parts[found]) else found


def _apart(chunk: Chunk, question: ParsedQuestion) -> Collection[ChunkKind]:
    """Return which kinds of chunks are taken apart for a question."""
    intent = question.intent
    if intent is Intent.PLACE or (
        intent is Intent.DEFINITION and not _names_command(question, chunk)
    ):
        return _OF_ANY_KIND
    return _OF_STATEMENTS | CODE_KINDS if intent in _OF_WORDS else _OF_STATEMENTS


def _names_command(question: ParsedQuestion, chunk: Chunk) -> bool:
    """Tell whether who asks what something is asks it of a command that the chunk holds."""
    asked = set(question.command_words)
    return any(len(asked & set(analyze(command))) >= _NAMING for command in chunk.commands)


def told_apart(chunk: Chunk, kinds: Collection[ChunkKind] = _OF_STATEMENTS) -> list[Chunk]:
    """Return each statement as if it were a chunk.

    Args:
        chunk: What is taken apart.
        kinds: Which kinds are; a chunk of another stays whole.
    """
    if chunk.kind not in kinds:
        return [chunk]
    lines, start = chunk.text.split("\n"), chunk.lines.start
    return [
        replace(
            chunk,
            text="\n".join(lines[own.start : own.stop]),
            lines=LineRange(start=start + own.start, end=start + own.stop - 1),
        )
        for own in statements(chunk.text)
    ]


def _holds_symptom(part: Chunk) -> bool:
    """Tell whether a part of a fix is what it is for, which without the fix is no answer."""
    asked = part.question_lines
    return (
        part.kind is ChunkKind.TROUBLESHOOTING and asked is not None and asked.overlaps(part.lines)
    )


def _sure(parts: Sequence[Chunk], readings: Sequence[float]) -> tuple[int, int]:
    """Return the first and last part that answer; one that is yet to be written stands alone."""
    best = readings.index(max(readings))
    if says_nothing(parts[best].text):
        return best, best
    sure = [
        n
        for n, reading in enumerate(readings)
        if reading >= readings[best] - _AS_SURE and not says_nothing(parts[n].text)
    ]
    return min(sure), max(sure)


def _understandable(
    parts: Sequence[Chunk], first: int, last: int, question: ParsedQuestion
) -> tuple[int, int]:
    """Return the first and last part to quote: what it leans on, announces, and what doubts it."""
    first = understood_from([part.text for part in parts], first)
    last = _announced(parts, last, question)
    if last + 1 < len(parts) and _only_doubts(parts[last + 1].text):
        last += 1
    return first, last


def _announced(parts: Sequence[Chunk], last: int, question: ParsedQuestion) -> int:
    """Return the last part of what a part leads to that ends in a colon: all items of a list.

    Who asks what something is has the answer before "For example:" already.
    """
    *told, lead = split_sentences(parts[last].text)
    enough = told and question.intent is Intent.DEFINITION and not asks_for_example(question.text)
    if enough or not ends_in_colon(lead) or last + 1 == len(parts):
        return last
    last += 1
    while last + 1 < len(parts) and is_item(parts[last].text) and is_item(parts[last + 1].text):
        last += 1
    return last


def _only_doubts(text: str) -> bool:
    return len(text.split()) <= _DOUBT_WORDS and is_hedged(text)


def _is_bare(parts: Sequence[Chunk]) -> bool:
    text = parts[0].text
    has_more = "`" in text and not _ONE_WORD_OF_CODE.fullmatch(text)
    return len(parts) == 1 and not has_more and len(text.split()) <= _BARE_WORDS


def quote_telling_line(chunk: Chunk, terms: Sequence[WeightedTerm]) -> Quote:
    """Return a quote of the one line of a long code block that tells, else of the whole chunk.

    "What does EXPOSE do" is answered by one line of a Dockerfile; a question that no line alone
    covers wants the whole.
    """
    lines = chunk.text.split("\n")
    if chunk.kind is not ChunkKind.CODE or len(lines) < _LONG_CODE or not terms:
        return quote_chunk(chunk)
    inside = [
        number
        for span in chunk.code
        if not span.inline
        for number in range(span.lines.start, span.lines.end + 1)
    ]
    covered = {
        number: coverage(terms, text_terms(lines[number - chunk.lines.start])) for number in inside
    }
    telling = [number for number, value in covered.items() if value >= _TELLING]
    if len(telling) != 1:
        return quote_chunk(chunk)
    return Quote(chunk=chunk, lines=LineRange(start=telling[0], end=telling[0]))
