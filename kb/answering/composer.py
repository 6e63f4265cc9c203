"""From the chosen candidates to the answer's text, with `[n]` after each quote."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Final

from kb.answering.flag_lookup import owner_of
from kb.answering.frames import frame
from kb.answering.marking import mark
from kb.answering.quotes import quoted_lines
from kb.answering.row_wording import flag_in_words, is_rows, rows_in_words
from kb.answering.shortening import focus
from kb.model import Chunk, ChunkKind, Citation, Language
from kb.retrieval.coverage import WeightedTerm
from kb.text.fences import opened_by
from kb.text.markers import ITEM, has_marker, without_marker
from kb.text.sentences import split_sentences

_QUOTE_MARKER: Final = re.compile(r"^\s{0,3}>\s?", re.MULTILINE)
_STRUCTURE: Final = re.compile(
    rf"^(?:[ \t>]*(?:{ITEM}\s|\|)| {{2}}|\t|(?=[^|\n]*\|)[ \t|:-]+$)", re.MULTILINE
)
"""A line of a list or a table, or one that goes on in an item."""
_FRONT_MATTER: Final = re.compile(r"---\s*\n(.+)\n---\s*", re.DOTALL)


def compose(
    quotes: Sequence[tuple[Chunk, Citation]],
    terms: Sequence[WeightedTerm],
    language: Language,
) -> str:
    """Return the answer as Markdown: the quotes' own words, a frame line only where it helps.

    Args:
        quotes: At least one, each with its citation.
        terms: The question's content.
        language: The question's.
    """
    if len(quotes) > 1 and (command := _common_owner([chunk for chunk, _ in quotes])):
        return f"{frame('flags', language, command=command)}\n\n{_flag_list(quotes, terms)}"
    (first, citation), *rest = quotes
    if rest and first.kind is ChunkKind.COMMAND and _common_owner([chunk for chunk, _ in rest]):
        return f"{_part(first, citation, terms, language)}\n\n{_brief_flags(rest)}"
    return "\n\n".join(_part(chunk, citation, terms, language) for chunk, citation in quotes)


def _flag_list(quotes: Sequence[tuple[Chunk, Citation]], terms: Sequence[WeightedTerm]) -> str:
    return "\n".join(
        f"- {mark(_one_line(_flag_item(chunk, terms)), citation.n)}" for chunk, citation in quotes
    )


def _brief_flags(quotes: Sequence[tuple[Chunk, Citation]]) -> str:
    """Return flags with the first sentence on each: they only accompany the answer."""
    items = []
    for chunk, citation in quotes:
        first, *rest = split_sentences(_one_line(_flag_item(chunk, terms=())))
        items.append(f"- {first}{' …' if rest else ''} [{citation.n}]")
    return "\n".join(items)


def _common_owner(chunks: Sequence[Chunk]) -> str:
    """Return the command that all of the flags belong to; empty where they are not of one."""
    owners = {owner_of(chunk) if chunk.kind is ChunkKind.FLAG else "" for chunk in chunks}
    return owners.pop() if len(owners) == 1 else ""


def compose_open(chunk: Chunk, citation: Citation, language: Language) -> str:
    """Return the text for a question that the notes ask and do not answer."""
    return f"{frame('open', language)}\n\n> {_one_line(_asked(chunk))} [{citation.n}]"


def compose_not_found(
    nearest: Sequence[Citation], language: Language, flag: str = "", command: str = ""
) -> str:
    """Return the text for a question that the notes do not answer.

    Args:
        nearest: What is closest in the notes.
        language: The question's.
        flag: A flag that is asked about and not explained.
        command: The command of which it is not explained; empty where no note has the flag.
    """
    name = "not_found"
    if flag:
        name = "flag_not_of_command" if command else "unknown_flag"
    text = frame(name, language, flag=flag, command=command)
    places = ", ".join(dict.fromkeys(_place(citation) for citation in nearest))
    return f"{text} {frame('nearest', language, places=places)}" if places else text


def _place(citation: Citation) -> str:
    trail = " › ".join(citation.heading_trail)
    return f"{citation.note} ({trail})" if trail else str(citation.note)


def _part(
    chunk: Chunk, citation: Citation, terms: Sequence[WeightedTerm], language: Language
) -> str:
    if chunk.kind is ChunkKind.FLAG and chunk.flags:
        return f"{_flag_lead(chunk, language)}\n\n{mark(_flag_text(chunk, terms), citation.n)}"
    if is_rows(chunk):
        return mark(rows_in_words(chunk), citation.n)
    if code := _bare_code(chunk, citation):
        return mark(f"```\n{code}\n```", citation.n)
    if chunk.kind is ChunkKind.QUESTION:
        return mark(_shorten(_told_of_question(chunk), terms), citation.n)
    if chunk.kind in {ChunkKind.PARAGRAPH, ChunkKind.DEFINITION}:
        fields = _front_matter(chunk) if citation.quote == chunk.text else ""
        return mark(fields or _shorten(citation.quote, terms), citation.n)
    return mark(_dedent(citation.quote), citation.n)


def _bare_code(chunk: Chunk, citation: Citation) -> str:
    """Return the quote where it is lines of code without their fence; empty where it is not."""
    lines = quoted_lines(chunk, citation)
    around = (span.lines for span in chunk.code if not span.inline)
    if not any(span.start <= lines.start and lines.end <= span.end for span in around):
        return ""
    return textwrap.dedent(citation.quote).strip()


def _front_matter(chunk: Chunk) -> str:
    """Return the fields of a note's front matter line by line; empty where it is none."""
    found = _FRONT_MATTER.fullmatch(chunk.text) if chunk.lines.start == 1 else None
    return f"```yaml\n{found.group(1)}\n```" if found else ""


def _flag_lead(chunk: Chunk, language: Language) -> str:
    flag = ", ".join(chunk.flags)
    command = owner_of(chunk)
    if not command:
        return frame("flag_alone", language, flag=flag)
    return frame("flag", language, flag=flag, command=command)


def _flag_item(chunk: Chunk, terms: Sequence[WeightedTerm]) -> str:
    """Return a flag and its meaning for a list; a row's own text does not begin with the flag."""
    text = _flag_text(chunk, terms)
    return f"`{', '.join(chunk.flags)}`: {text}" if is_rows(chunk) else text


def _flag_text(chunk: Chunk, terms: Sequence[WeightedTerm]) -> str:
    if is_rows(chunk):
        return flag_in_words(chunk)
    first, end, others = without_marker(chunk.text).partition("\n")
    text = first + end + _dedent(others)
    return _shorten(text, terms) if "\n" not in text else text


def _shorten(text: str, terms: Sequence[WeightedTerm]) -> str:
    """Shorten the long paragraphs of a text; lists and tables stay whole, as do texts with code."""
    text = _dedent(text).strip()
    if any(map(opened_by, text.split("\n"))):
        return text
    return "\n\n".join(
        paragraph if _STRUCTURE.search(paragraph) else focus(paragraph, terms)
        for paragraph in text.split("\n\n")
    )


def _told_of_question(chunk: Chunk) -> str:
    """Return the answer after a question; a line that asks and answers is told as it stands."""
    answer = _lines(chunk, asked=False)
    return answer if answer.strip(" \t\n>") else _asked(chunk)


def _asked(chunk: Chunk) -> str:
    lines = _QUOTE_MARKER.sub("", _lines(chunk, asked=True)).strip()
    return without_marker(lines)


def _lines(chunk: Chunk, *, asked: bool) -> str:
    """Return the asked lines of a QUESTION chunk, or the answer after them."""
    lines = chunk.text.split("\n")
    if chunk.question_lines is None:
        return chunk.text
    end = chunk.question_lines.end - chunk.lines.start + 1
    return "\n".join(lines[:end] if asked else lines[end:]).strip("\n")


def _dedent(text: str) -> str:
    """Take off the indent that all lines share; a nested item becomes one of the first level."""
    text = textwrap.dedent(text)
    return text.lstrip(" \t") if has_marker(text) else text


def _one_line(text: str) -> str:
    return " ".join(text.split())
