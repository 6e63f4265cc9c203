"""Docker command lines in the code of a chunk."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.commands.grammar import parse
from kb.commands.spec import command_groups, command_index
from kb.commands.texts import RefusedError
from kb.commands.tokens import MAX_LENGTH, Mark, clean_line, is_continued, join, tokenize
from kb.errors import KbError
from kb.model import Chunk, CodeSpan, LineRange

_START = re.compile(
    r"(?:(?:sudo|doas)\s+)?(?:[A-Z_][A-Z0-9_]*=\S*\s+)*"
    r"docker(?P<compose>-compose)?(?:\.exe)?\s+(?P<next>\S+)"
)
_UNFINISHED = frozenset({"missing_operand", "incomplete", "missing_value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedCommand:
    """A command line found in a note."""

    text: str
    """On one line, without its prompt and its comment."""
    lines: LineRange
    """The note's lines that it stands on."""


def extract_commands(chunk: Chunk) -> list[ExtractedCommand]:
    """Return the docker command lines of a chunk's fences and inline code, in order, each once."""
    found: dict[tuple[str, LineRange], ExtractedCommand] = {}
    for span in chunk.code:
        for command in _read_span(span):
            found.setdefault((command.text, command.lines), command)
    return list(found.values())


def _read_span(span: CodeSpan) -> list[ExtractedCommand]:
    if span.inline:
        text = _read_line(" ".join(span.text.split("\n")))
        mentioned = text is not None and not _is_mention(text)
        return [ExtractedCommand(text=text, lines=span.lines)] if text and mentioned else []
    commands = []
    for first, last, line in _logical_lines(span.text.split("\n")):
        if text := _read_line(line):
            lines = LineRange(start=span.lines.start + first, end=span.lines.start + last)
            commands.append(ExtractedCommand(text=text, lines=lines))
    return commands


def _logical_lines(lines: list[str]) -> list[tuple[int, int, str]]:
    """Return (first, last, text) of the lines, continued ones taken together."""
    logical = []
    first = 0
    while first < len(lines):
        last = first
        while last + 1 < len(lines) and is_continued(lines[last]):
            last += 1
        logical.append((first, last, "\n".join(lines[first : last + 1])))
        first = last + 1
    return logical


def _read_line(line: str) -> str | None:
    """Return the command of a line without prompt and comment; None where it is no command."""
    if len(line) > MAX_LENGTH:
        return None
    cleaned = clean_line(line)
    match = _START.match(cleaned)
    if match is None or not _is_known(match["next"], group="compose" if match["compose"] else ""):
        return None
    try:
        tokens = tokenize(cleaned)
    except KbError:
        return cleaned
    if any(Mark.OPERATOR in token.marks for token in tokens):
        return cleaned
    return join(tokens)


def _is_known(word: str, *, group: str) -> bool:
    if word.startswith("-"):
        return True
    if group:
        return f"{group} {word}" in command_index()
    return word in command_groups() or word in command_index()


def _is_mention(text: str) -> bool:
    """Tell whether inline code only names a command (`docker run`) without being one."""
    try:
        parse(text)
    except RefusedError as refusal:
        return refusal.code in _UNFINISHED
    except KbError:
        return False
    return False
