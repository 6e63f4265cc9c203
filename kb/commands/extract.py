"""Docker command lines in the code of a chunk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.commands.line.grammar import parse
from kb.commands.line.interruption import find_interruption
from kb.commands.line.tokens import MAX_LENGTH, Mark, clean_line, cut_line, join
from kb.commands.line.wrappers import PROGRAMS
from kb.commands.spec import command_groups, command_index
from kb.commands.texts import RefusedError
from kb.errors import KbError
from kb.model import Chunk, CodeSpan, LineRange
from kb.text.command_lines import called_words
from kb.text.here_documents import outside_documents
from kb.text.prompts import without_prompt
from kb.text.shell_lines import LogicalLine, is_continued, logical_lines

_WORD = re.compile(r"[^;&|]*")
"""What of a word stands before an operator of the shell that touches it."""
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
    for line in _logical_lines(_shell_lines(span.text)):
        text = _read_line(line.text)
        if text and not (line.text.lstrip().startswith("#") and _is_prose(text)):
            start = span.lines.start
            lines = LineRange(start=start + line.first, end=start + line.last)
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
    return _names_command(without_prompt(line))


def _logical_lines(lines: list[str]) -> Iterator[LogicalLine]:
    """Yield the lines, taken together where one goes on in the next, or would but for a comment."""
    first = 0
    while first < len(lines):
        rest = lines[first:]
        is_call = _names_command(without_prompt(rest[0]))
        if is_call and (broken := find_interruption(rest)):
            last = broken.count - 1
            line = LogicalLine(first=0, last=last, text="\n".join(rest[: last + 1]))
        else:
            line = next(logical_lines(rest, _names_command))
        yield LogicalLine(first=first, last=first + line.last, text=line.text)
        first += line.last + 1


def _read_line(line: str) -> str | None:
    """Return the command of a line without prompt and comment; None where it is no command."""
    if len(line) > MAX_LENGTH:
        return None
    is_broken = find_interruption(line.split("\n")) is not None
    cleaned = without_prompt(line) if is_broken else clean_line(line)
    if not _names_command(cleaned):
        return None
    if is_broken:
        return cleaned
    try:
        tokens = cut_line(cleaned)
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


def _names_command(line: str) -> bool:
    """Tell whether a line without its prompt calls docker with a command that there is."""
    program, *rest = called_words(line)[:2] or [""]
    client = PROGRAMS.get(program)
    word = _WORD.match(rest[0]) if rest else None
    if client is None or word is None or not word.group():
        return False
    if word.group().startswith("-"):
        return True
    if client == "compose":
        return f"compose {word.group()}" in command_index()
    return word.group() in command_groups() or word.group() in command_index()


def _is_mention(text: str) -> bool:
    """Tell whether inline code only names a command (`docker run`) without being one."""
    try:
        parse(text)
    except RefusedError as refusal:
        return refusal.code in _UNFINISHED
    except KbError:
        return False
    return False
