"""The files that a note itself brings for a build or a Compose project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kb.errors import KbError
from kb.model import LineRange, NoteId
from kb.ports import NoteReader

DOCKERFILE: Final = "Dockerfile"
COMPOSE_FILE: Final = "docker-compose.yaml"
MAX_FILES: Final = 50

_FENCE = re.compile(r"^(?P<indent> {0,12})(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$")
_INSTRUCTION = re.compile(r"^(?:#.*\n|ARG .*\n|\s*\n)*FROM\s+\S+", re.IGNORECASE)
_SERVICES = re.compile(r"^services:\s*$", re.MULTILINE)
_FILE_NAME = re.compile(r"(?<![\w./\\-])([\w-][\w.-]*\.[A-Za-z][\w]{0,9}|Dockerfile)(?![\w/\\-])")
_WANTS_FILES = re.compile(r"^docker(?:-compose| compose| build| buildx build| image build)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fence:
    """A fenced code block, with the line of text above it."""

    lines: LineRange
    info: str
    code: str
    lead_in: str


class NoteContext:
    """Finds a note's own files.

    Args:
        notes: Reads the notes as they are now.
    """

    def __init__(self, notes: NoteReader) -> None:
        self._notes = notes

    def files_for(self, note: NoteId, lines: LineRange, text: str) -> dict[str, bytes] | None:
        """Return the files of a note by name, or None for a command that takes none.

        The Dockerfile and the Compose file nearest to the command come under their usual names;
        any other block comes under the file name that stands above it.

        Args:
            note: The command's note.
            lines: Where the command stands.
            text: The command line.
        """
        if not _WANTS_FILES.match(text):
            return None
        try:
            fences = read_fences(self._notes.read(note))
        except KbError:
            return None
        ordered = sorted(fences, key=lambda fence: _distance(fence.lines, lines))
        files: dict[str, bytes] = {}
        for fence in ordered[:MAX_FILES]:
            name = _name_of(fence)
            if name:
                files.setdefault(name, (fence.code + "\n").encode())
        return files


def read_fences(source: str) -> list[_Fence]:
    """Return the fenced code blocks of a note, in order."""
    fences: list[_Fence] = []
    lines = source.split("\n")
    index, lead_in = 0, ""
    while index < len(lines):
        opening = _FENCE.match(lines[index])
        if opening is None:
            lead_in = lines[index] if lines[index].strip() else lead_in
            index += 1
            continue
        end = _closing_line(lines, index + 1, opening["fence"])
        indent = len(opening["indent"])
        code = [_outdent(line, indent) for line in lines[index + 1 : end]]
        fences.append(
            _Fence(
                lines=LineRange(start=index + 1, end=min(end + 1, len(lines))),
                info=opening["info"].strip(),
                code="\n".join(code),
                lead_in=lead_in,
            )
        )
        index, lead_in = end + 1, ""
    return fences


def _closing_line(lines: list[str], start: int, fence: str) -> int:
    closing = re.compile(rf"^ {{0,12}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    for index in range(start, len(lines)):
        if closing.match(lines[index]):
            return index
    return len(lines)


def _outdent(line: str, indent: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(indent, blanks) :]


def _name_of(fence: _Fence) -> str:
    """The name under which a block is a file; empty where it is none."""
    language = fence.info.split(maxsplit=1)[0].lower() if fence.info else ""
    if language in {"dockerfile", "docker"} or _INSTRUCTION.match(fence.code):
        return DOCKERFILE
    if _SERVICES.search(fence.code) and language in {"", "yaml", "yml", "compose"}:
        return COMPOSE_FILE
    names = _FILE_NAME.findall(fence.lead_in)
    return names[-1] if names else ""


def _distance(block: LineRange, command: LineRange) -> int:
    if block.start <= command.start <= block.end:
        return 0
    return min(abs(block.start - command.end), abs(block.end - command.start))
