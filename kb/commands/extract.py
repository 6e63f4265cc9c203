"""Docker command lines in the code of a chunk."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.commands.grammar import parse
from kb.commands.interruption import find_interruption
from kb.commands.spec import command_groups, command_index
from kb.commands.texts import RefusedError
from kb.commands.tokens import (
    MAX_LENGTH,
    Mark,
    clean_line,
    is_continued,
    join,
    open_quote,
    tokenize,
)
from kb.errors import KbError
from kb.model import Chunk, CodeSpan, LineRange
from kb.text.here_documents import outside_documents
from kb.text.prompts import PROMPT, SECOND_PROMPT, without_prompt

_SUDO = r"(?>(?:sudo|doas)(?:\s+(?:-[A-Za-z]*[ughpCTURDrt]\s+\S+|-\S+))*)\s+"
_START = re.compile(
    rf"(?:{_SUDO}|[A-Z_][A-Z0-9_]*=\S*\s+)*"
    r"docker(?P<compose>-compose)?(?:\.exe)?\s+(?P<next>[^\s;&|]+)"
)
_UNFINISHED = frozenset({"missing_operand", "incomplete", "missing_value"})
_MAKES_NO_SENSE = _UNFINISHED | {"extra_operand", "open_quote", "unicode_dash", "not_docker"}
"""Why a sentence that begins with a command's name is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedCommand:
    """A command line found in a note."""

    text: str
    """Without its prompt and its comment; on one line, but for line ends within quotes."""
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
    for first, last, line in _logical_lines(_shell_lines(span.text)):
        text = _read_line(line)
        if text and not (line.lstrip().startswith("#") and _is_prose(text)):
            lines = LineRange(start=span.lines.start + first, end=span.lines.start + last)
            commands.append(ExtractedCommand(text=text, lines=lines))
    return commands


def _shell_lines(code: str) -> list[str]:
    """Return the lines of a fence, empty in the place of here-documents and of comments.

    `# docker ps` is a command after root's prompt, but in a script, or beside commands without it.
    """
    lines = [line.rstrip("\r") for line in code.split("\n")]
    kept = dict(outside_documents(lines))
    shown = [kept.get(number, "").strip() for number in range(len(lines))]
    if any(line.startswith("#!") or _is_docker(line) for line in shown):
        inside = _lines_of_interrupted(lines)
        return [
            "" if line.startswith("#") and at not in inside else kept.get(at, "")
            for at, line in enumerate(shown)
        ]
    return [kept.get(number, "") for number in range(len(lines))]


def _lines_of_interrupted(lines: list[str]) -> set[int]:
    """Return the numbers of the lines of commands that comments break off."""
    starts = (
        at
        for at, line in enumerate(lines)
        if _is_docker(line.strip()) and not (at and is_continued(lines[at - 1]))
    )
    found = ((at, find_interruption(lines[at:])) for at in starts)
    return {number for at, broken in found if broken for number in range(at, at + broken.count)}


def _is_docker(line: str) -> bool:
    """Tell whether a line calls docker, and not after a mark that may begin a comment too."""
    if line.startswith("#"):
        return False
    match = _START.match(without_prompt(line))
    return match is not None and _names_command(match)


def _logical_lines(lines: list[str]) -> list[tuple[int, int, str]]:
    """Return (first, last, text) of the lines, taken together where one goes on in the next."""
    logical = []
    first = 0
    while first < len(lines):
        continued = last = _last_continued(lines, first)
        is_start = _START.match(without_prompt(lines[first])) is not None
        if is_start and (broken := find_interruption(lines[first:])):
            continued = last = first + broken.count - 1
        elif is_start:
            last = max(last, _last_quoted(lines, first))
        text = _joined(lines[first : continued + 1], lines[continued + 1 : last + 1])
        logical.append((first, last, text))
        first = last + 1
    return logical


def _last_continued(lines: list[str], at: int) -> int:
    while at + 1 < len(lines) and is_continued(lines[at]):
        at += 1
    return at


def _last_quoted(lines: list[str], first: int) -> int:
    """Return the last line of a command with quotes over several; `first` where one stays open."""
    at, length = first, 0
    quote = open_quote(lines[at])
    while (quote or is_continued(lines[at])) and at + 1 < len(lines) and length <= MAX_LENGTH:
        at += 1
        quote = open_quote(lines[at], quote)
        length += len(lines[at])
    return first if quote else at


def _joined(lines: list[str], quoted: list[str]) -> str:
    """Join lines, those within quotes without the shell's second prompt where all have it."""
    if PROMPT.match(lines[0].strip()) and all(map(SECOND_PROMPT.match, quoted)):
        quoted = [SECOND_PROMPT.sub("", line) for line in quoted]
    return "\n".join([*lines, *quoted])


def _read_line(line: str) -> str | None:
    """Return the command of a line without prompt and comment; None where it is no command."""
    if len(line) > MAX_LENGTH:
        return None
    is_broken = find_interruption(line.split("\n")) is not None
    cleaned = without_prompt(line) if is_broken else clean_line(line)
    match = _START.match(cleaned)
    if match is None or not _names_command(match):
        return None
    if is_broken:
        return cleaned
    try:
        tokens = tokenize(cleaned)
    except KbError:
        return cleaned
    if any(Mark.OPERATOR in token.marks for token in tokens):
        return cleaned
    return join(tokens)


def _is_prose(text: str) -> bool:
    """Tell whether what follows `#` is a sentence on docker, not a command after root's prompt."""
    try:
        parse(text)
    except RefusedError as refusal:
        if refusal.code in _MAKES_NO_SENSE:
            return True
        # Of several commands the first one tells; a bracket begins an aside.
        return "(" in text or (bool(refusal.suggestion) and _is_prose(refusal.suggestion))
    except KbError:
        return True
    return False


def _names_command(start: re.Match[str]) -> bool:
    word = start["next"]
    if word.startswith("-"):
        return True
    if start["compose"]:
        return f"compose {word}" in command_index()
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
