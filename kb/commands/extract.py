"""Docker command lines in the code of a chunk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.commands.line.grammar import parse
from kb.commands.line.interruption import Interruption, find_interruption
from kb.commands.line.tokens import MAX_LENGTH, Mark, clean_line, cut_line, join
from kb.commands.line.wrappers import PROGRAMS
from kb.commands.spec import command_groups, command_index
from kb.commands.texts import RefusedError
from kb.errors import KbError
from kb.model import Chunk, CodeSpan, LineRange
from kb.text.command_lines import called_words
from kb.text.here_documents import outside_documents
from kb.text.prompts import without_prompt
from kb.text.shell_lines import LogicalLine, logical_lines

_WORD = re.compile(r"[^;&|]*")
"""What of a word stands before an operator of the shell that touches it."""
_UNFINISHED = frozenset({"missing_operand", "incomplete", "missing_value"})
_MAKES_NO_SENSE = _UNFINISHED | {"extra_operand", "open_quote", "unicode_dash", "not_docker"}
"""Why a sentence that begins with a command's name is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedCommand:
    """A command line found in a note."""

    text: str
    """Without its prompt and its comment; on one line, but for line ends within quotes.

    One that a comment breaks off has its lines as they stand.
    """
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
        whole = " ".join(span.text.split("\n"))
        text = _read_line(whole, find_interruption([whole]))
        is_command = text is not None and not _is_mention(text)
        return [ExtractedCommand(text=text, lines=span.lines)] if text and is_command else []
    commands = []
    for line, broken in _logical_lines(span.text):
        text = _read_line(line.text, broken)
        if text and not (line.text.lstrip().startswith("#") and _is_prose(text)):
            start = span.lines.start
            lines = LineRange(start=start + line.first, end=start + line.last)
            commands.append(ExtractedCommand(text=text, lines=lines))
    return commands


def _logical_lines(code: str) -> Iterator[tuple[LogicalLine, Interruption | None]]:
    """Yield the lines of a fence as a shell reads them, and what of them a comment breaks off.

    Such a command goes on to where it was meant to end; all other comments are left out.
    """
    lines = _outside_documents(code)
    shown = _without_comments(lines)
    first = 0
    while first < len(lines):
        line = next(logical_lines(shown[first:], _names_command))
        is_call = _names_command(clean_line(line.text))
        broken = find_interruption(lines[first:]) if is_call else None
        last = first + (broken.count - 1 if broken else line.last)
        text = "\n".join(lines[first : last + 1]) if broken else line.text
        yield LogicalLine(first=first, last=last, text=text), broken
        first = last + 1


def _outside_documents(code: str) -> list[str]:
    """Return the lines of a fence, empty in the place of here-documents."""
    lines = [line.rstrip("\r") for line in code.split("\n")]
    kept = dict(outside_documents(lines))
    return [kept.get(number, "") for number in range(len(lines))]


def _without_comments(lines: list[str]) -> list[str]:
    """Return the lines, empty in the place of those that are comments.

    `# docker ps` is a command after root's prompt, but in a script, or beside commands without it.
    """
    bare = [line.strip() for line in lines]
    if not any(line.startswith("#!") or _is_docker(line) for line in bare):
        return lines
    return ["" if at.startswith("#") else line for at, line in zip(bare, lines, strict=True)]


def _is_docker(line: str) -> bool:
    """Tell whether a line calls docker, and not after a mark that may begin a comment too."""
    return not line.startswith("#") and _names_command(without_prompt(line))


def _read_line(line: str, broken: Interruption | None) -> str | None:
    """Return the command of a line without prompt and comment; None where it is no command.

    Args:
        line: As a shell would read it.
        broken: Where a comment breaks it off; then the comment stays.
    """
    if len(line) > MAX_LENGTH:
        return None
    if broken:
        return without_prompt(line) if _names_command(broken.mended) else None
    cleaned = clean_line(line)
    if not _names_command(cleaned):
        return None
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
