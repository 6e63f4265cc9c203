"""Which candidates make the answer: as few as the question allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kb.answering.command_entries import CODE_KINDS, is_line_of_code, named_entry
from kb.answering.comparison import both_sides
from kb.answering.defining import definition_rather
from kb.answering.flag_lookup import flag_meanings, flags_of_command
from kb.answering.meant import meant_rather
from kb.answering.named_sections import named_section
from kb.answering.quotes import Quote, quoted_text
from kb.answering.surroundings import Surroundings
from kb.answering.telling import quote_telling_line
from kb.model import Chunk, ChunkKind, LineRange
from kb.ports import ChunkCatalog
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm, chunk_terms, coverage, match, text_terms
from kb.text.announcing import ends_in_colon
from kb.text.file_kinds import is_compose_file, is_dockerfile
from kb.text.intent import Intent, asks_for_example, asks_for_flags, asks_for_link
from kb.text.markers import is_numbered
from kb.text.tokens import analyze

_LONG_FIX: Final = 30
"""Lines from which on an entry is not cited whole for one of its steps."""
_FIX: Final = re.compile(
    r"\W*\w.*?(?<!\w)(?:fix|solution|workaround|решение|фикс|лечение)[*_]*\s*:",
    re.IGNORECASE | re.DOTALL,
)
"""A fix after what it mends."""
_LINK: Final = re.compile(r"\bhttps?://\S", re.IGNORECASE)
_NEARLY_AS_GOOD: Final = 1.5
"""How far behind the best one's score a candidate may be that is taken in its place."""
_OF_A_BLOCK: Final = 2.5
"""The same of a line behind the block of code that it is in."""
_STANDS_OUT: Final = 1.0
"""How far before the score of the next best line."""
_HELD: Final = 0.7
"""A chunk that matches a word better than this holds it, in its text or above it."""
_NEAR_LINES: Final = 15
"""How far from a file's text the command that uses it may stand."""
_OF_TROUBLE: Final = frozenset({Intent.TROUBLE, Intent.OTHER})
"""A symptom may be typed as it is ("container exits immediately")."""
_COMPOSE_UP: Final = re.compile(r"docker[- ]compose\b.*\sup\b")
_BUILD: Final = re.compile(r"docker (?:image |builder |buildx )?build\b")


def select(ranking: Ranking, catalog: ChunkCatalog | None = None) -> list[Candidate]:
    """Return the candidates to quote, the one that answers first; empty without candidates.

    Args:
        ranking: What was found.
        catalog: Where the parts of an entry are looked up that were not found.
    """
    if not ranking.candidates:
        return []
    intent = ranking.question.intent
    if found := _looked_up(ranking):
        return found
    if intent is Intent.COMPARISON:
        return both_sides(ranking)
    around = Surroundings(ranking=ranking, catalog=catalog)
    best = meant_rather(definition_rather(_command_rather(ranking), ranking), ranking)
    if intent is Intent.LIST and (whole := _whole_list(best, around)):
        return whole
    if _entry_of(best, around) is None and (section := named_section(best, around)):
        return section
    best = _link_beside(_row_of(_line_of(best, ranking), around), around)
    best = _with_what_it_announces(_with_its_fix(best, around), around)
    return _with_its_command(best, around)


def _looked_up(ranking: Ranking) -> list[Candidate]:
    """Return what a named flag or command points to, however the ranking has it; or nothing."""
    if ranking.question.intent is Intent.FLAG:
        return flag_meanings(ranking)
    if flags := flags_of_command(ranking):
        return flags
    entry = named_entry(ranking)
    return [entry] if entry else []


def _command_rather(ranking: Ranking) -> Candidate:
    """Return the best candidate; for who asks how to do something, a command near a file's line.

    A line of a file is a part of how a thing is done; the command does it.
    """
    best, *others = ranking.candidates
    if ranking.question.intent is not Intent.HOW_TO or not is_line_of_code(best.chunk):
        return best
    near = (c for c in others if best.score - c.score < _NEARLY_AS_GOOD)
    return next((c for c in near if c.chunk.kind is ChunkKind.COMMAND), best)


def _whole_list(candidate: Candidate, around: Surroundings) -> list[Candidate]:
    """Return the whole list or table for a part of it; empty where that part alone is asked for.

    A long list is cut into several chunks: all of them are the list.
    """
    if candidate.chunk.kind is ChunkKind.FLAG:
        return _flags_beside(candidate, around)
    whole = around.parent(candidate)
    if whole is None or not _is_list(whole.chunk):
        whole = candidate if _is_list(candidate.chunk) else None
    elif _asks_for_one(around.ranking.terms, candidate.chunk, whole.chunk):
        return []
    return _all_groups(whole, around) if whole else []


def _flags_beside(candidate: Candidate, around: Surroundings) -> list[Candidate]:
    """Return a flag with all others of its entry, where the question asks for flags."""
    parent = candidate.chunk.parent
    if parent is None or not asks_for_flags(around.ranking.question.text):
        return []
    note = around.of_note(candidate)
    return [c for c in note if c.chunk.kind is ChunkKind.FLAG and c.chunk.parent == parent]


def _is_list(chunk: Chunk) -> bool:
    return chunk.kind in {ChunkKind.LIST, ChunkKind.TABLE_ROW}


def _asks_for_one(terms: Sequence[WeightedTerm], part: Chunk, whole: Chunk) -> bool:
    """Tell whether the question names what only this part is about ("which port has jenkins")."""
    first_line = whole.text.split("\n", 1)[0]
    shared = replace(chunk_terms(whole), body=frozenset(analyze(first_line)))
    return any(match(term, chunk_terms(part)) > match(term, shared) for term in terms)


def _line_of(candidate: Candidate, ranking: Ranking) -> Candidate:
    """Return the one line of a block of code that answers nearly as surely as all of them do.

    So it does in a cheat sheet, each of whose lines has a comment of its own.
    """
    block, question = candidate.chunk, ranking.question
    if question.intent is Intent.LIST or asks_for_example(question.text):
        return candidate
    lines = [c for c in ranking.candidates if _is_line_of(c.chunk, block)]
    first = next(iter(lines), candidate)
    others = [c.score for c in lines[1:2]]
    stands_out = all(first.score - score >= _STANDS_OUT for score in others)
    return first if stands_out and candidate.score - first.score < _OF_A_BLOCK else candidate


def _is_line_of(chunk: Chunk, block: Chunk) -> bool:
    """Tell whether a chunk is a line with its comment, out of a block of code."""
    return chunk.parent == block.id and {chunk.kind, block.kind} <= CODE_KINDS


def _row_of(candidate: Candidate, around: Surroundings) -> Candidate:
    """Return the one row of a table that holds all of the question's words."""
    table, terms = candidate.chunk, around.ranking.terms
    if table.kind is not ChunkKind.TABLE_ROW or not terms:
        return candidate
    rows = [c for c in around.of_note(candidate) if c.chunk.parent == table.id]
    telling = [c for c in rows if all(match(t, chunk_terms(c.chunk)) > _HELD for t in terms)]
    return telling[0] if len(telling) == 1 else candidate


def _link_beside(candidate: Candidate, around: Surroundings) -> Candidate:
    """Return the address that stands under the same heading where a link is asked for."""
    if not asks_for_link(around.ranking.question.text) or _LINK.search(candidate.chunk.text):
        return candidate
    trail = candidate.chunk.heading_trail
    beside = (c for c in around.of_note(candidate) if c.chunk.heading_trail == trail)
    return next((c for c in beside if _LINK.search(c.chunk.text)), candidate)


def _all_groups(whole: Candidate, around: Surroundings) -> list[Candidate]:
    """Return the chunks that a long list or table was cut into, of which one is given."""
    groups = [
        c
        for c in around.of_note(whole)
        if (c.chunk.kind, c.chunk.parent) == (whole.chunk.kind, whole.chunk.parent)
    ]
    place = next(n for n, c in enumerate(groups) if c.chunk.id == whole.chunk.id)
    first, last = place, place
    while first > 0 and _follows(groups[first].chunk, groups[first - 1].chunk):
        first -= 1
    while last + 1 < len(groups) and _follows(groups[last + 1].chunk, groups[last].chunk):
        last += 1
    return groups[first : last + 1]


def _follows(chunk: Chunk, other: Chunk) -> bool:
    return chunk.lines.start - other.lines.end in {1, 2}  # with a blank line between the items


def _with_what_it_announces(candidate: Candidate, around: Surroundings) -> Candidate:
    """Return the larger chunk for one that ends in a colon ("For example:") and is cut there."""
    chunk = candidate.chunk
    question = around.ranking.question
    if question.intent is Intent.DEFINITION and not asks_for_example(question.text):
        return candidate
    if not ends_in_colon(chunk.text):
        return candidate
    wholes = (
        other
        for other in around.of_note(candidate)
        if other.chunk.lines.start == chunk.lines.start and other.chunk.lines.end > chunk.lines.end
    )
    return next(wholes, candidate)


def _with_its_command(candidate: Candidate, around: Surroundings) -> list[Candidate]:
    """Return a Compose file or Dockerfile with the command near it that uses it.

    Where one line of the file tells, the answer is that line alone.
    """
    chunk = candidate.chunk
    user = _user_of(chunk)
    if user is None or quote_telling_line(chunk, around.ranking.terms).lines != chunk.lines:
        return [candidate]
    users = [
        c
        for c in around.of_note(candidate)
        if any(map(user.search, c.chunk.commands)) and _distance(c.chunk, chunk) <= _NEAR_LINES
    ]
    nearest = sorted(users, key=lambda c: _distance(c.chunk, chunk))[:1]
    return [candidate, *nearest]


def _user_of(chunk: Chunk) -> re.Pattern[str] | None:
    """Return what a command looks like that uses the file in a code block."""
    if chunk.kind is not ChunkKind.CODE or chunk.commands:
        return None
    fences = [span for span in chunk.code if not span.inline]
    if any(is_compose_file(span.text, span.info) for span in fences):
        return _COMPOSE_UP
    return _BUILD if any(is_dockerfile(span.text, span.info) for span in fences) else None


def _distance(one: Chunk, other: Chunk) -> int:
    return max(one.lines.start - other.lines.end, other.lines.start - one.lines.end, 0)


def _with_its_fix(candidate: Candidate, around: Surroundings) -> Candidate:
    """Return the whole entry for a candidate that is only its question or symptom, or a step.

    Who meets an error wants every step of the fix, not the line that names the error; who asks
    how to do what the entry is about wants every step of the way.
    """
    whole = _entry_of(candidate, around)
    asked = whole.chunk.question_lines if whole else None
    if whole is None or asked is None:
        return candidate
    lines = candidate.chunk.lines
    only_asks = asked.start <= lines.start and lines.end <= asked.end
    is_short = whole.chunk.lines.end - whole.chunk.lines.start < _LONG_FIX
    is_step = is_short and _is_step(candidate.chunk, whole.chunk, asked, around.ranking)
    return whole if only_asks or is_step else candidate


def _entry_of(candidate: Candidate, around: Surroundings) -> Candidate | None:
    """Return the question or problem that a candidate is a part of, however deep."""
    whole = around.parent(candidate)
    while whole is not None and whole.chunk.question_lines is None:
        whole = around.parent(whole)
    return whole


def _is_step(part: Chunk, whole: Chunk, asked: LineRange, ranking: Ranking) -> bool:
    """Tell whether the question is for the whole, as its asked lines say, and not for a part.

    A part of a problem answers by itself where it is a row, what has a symptom and fix of its own,
    or an item that is asked for.
    """
    intent = ranking.question.intent
    named = quoted_text(Quote(chunk=whole, lines=asked))
    of_whole, of_part = (coverage(ranking.terms, text_terms(text)) for text in (named, part.text))
    if whole.kind is ChunkKind.TROUBLESHOOTING:
        is_item = part.kind is ChunkKind.LIST_ITEM and intent is Intent.OTHER
        is_own = is_item or part.kind is ChunkKind.TABLE_ROW or _FIX.match(part.text)
        return intent in _OF_TROUBLE and not (is_own and of_part > of_whole)
    return intent is Intent.HOW_TO and is_numbered(part.text) and of_whole > of_part
