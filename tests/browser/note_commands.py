"""The commands of a folder of notes, in order, with questions that should bring each up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.commands.extract import extract_commands
from kb.commands.line.grammar import parse
from kb.errors import KbError
from kb.model import Chunk, ChunkKind, LineRange, NoteId

_FENCE = re.compile(r"^\s*(`{3,}|~{3,}).*?^\s*\1\s*$", re.DOTALL | re.MULTILINE)
_MARKUP = re.compile(r"[*_`#>]|^\s*[-+]\s", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCommand:
    """A command line of a note."""

    text: str
    note: str
    lines: LineRange
    questions: tuple[str, ...] = ()
    """To be asked one after the other until one brings the command; none for a line to type."""


def find_commands(notes: Path) -> list[NoteCommand]:
    """Return the commands of all notes below a folder, in order, each once a note.

    A switch that a note explains for a command without operands makes one more line
    (`docker ps`, and `* -a - all of them`, make `docker ps -a`).
    """
    found: list[NoteCommand] = []
    for path in sorted(notes.rglob("*.md")):
        note = path.relative_to(notes).as_posix()
        for chunk in chunk_note(parse_note(NoteId(note), path.read_text("utf-8"))):
            found += _commands_of(chunk)
    return list({(each.note, each.text): each for each in reversed(found)}.values())[::-1]


def _commands_of(chunk: Chunk) -> Iterator[NoteCommand]:
    for command in extract_commands(chunk):
        yield NoteCommand(
            text=command.text,
            note=chunk.note,
            lines=command.lines,
            questions=tuple(_questions(command.text, chunk)),
        )
    if chunk.kind is ChunkKind.FLAG:
        for command_line in chunk.commands:
            for flag in chunk.flags:
                if _is_switch(command_line, flag):
                    yield NoteCommand(
                        text=f"{command_line} {flag}", note=chunk.note, lines=chunk.lines
                    )


def _questions(text: str, chunk: Chunk) -> Iterator[str]:
    words = _command_words(text)
    yield f"How do I use {words}?"
    yield f"What does {words} do?"
    yield text
    beside = _MARKUP.sub("", _FENCE.sub("", chunk.text)).strip()
    yield re.split(r"(?<=[.!?])\s|\n", beside, maxsplit=1)[0]


def _command_words(text: str) -> str:
    """Return the program and its command, without options: `docker volume ls`."""
    try:
        call = parse(text)
    except KbError:
        return " ".join(text.split()[:2])
    return f"docker {call.command.path}".replace("docker compose", "docker-compose")


def _is_switch(text: str, flag: str) -> bool:
    """Tell whether a flag may be added to a line as it is, and changes only what it shows."""
    try:
        before, after = parse(text), parse(f"{text} {flag}")
    except KbError:
        return False
    known = {option.flag.name for option in before.options}
    added = [option for option in after.options if option.flag.name not in known]
    return bool(added) and not before.operands and not any(o.flag.takes_value for o in added)
