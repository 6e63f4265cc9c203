"""The files that a note itself brings for a build or a Compose project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest.markdown import parse_note
from kb.errors import KbError
from kb.model import Block, BlockKind, LineRange, NoteId
from kb.ports import NoteReader
from kb.text.file_kinds import is_compose_file, is_dockerfile

DOCKERFILE: Final = "Dockerfile"
COMPOSE_FILE: Final = "docker-compose.yaml"
MAX_FILES: Final = 50

_FILE_NAME = re.compile(r"(?<![\w./\\-])([\w-][\w.-]*\.[A-Za-z][\w]{0,9}|Dockerfile)(?![\w/\\-])")
_WANTS_FILES = re.compile(r"^docker(?:-compose| compose| build| buildx build| image build)\b")


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
            source = self._notes.read(note)
        except KbError:
            return None
        fences = _fences(parse_note(note, source).blocks)
        ordered = sorted(fences, key=lambda fence: _distance(fence.lines, lines))
        note_lines = source.split("\n")
        files: dict[str, bytes] = {}
        for fence in ordered[:MAX_FILES]:
            if name := _name_of(fence, note_lines):
                files.setdefault(name, (fence.content + "\n").encode())
        return files


def _fences(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the fenced code blocks that say something, within lists and quotes too."""
    for block in blocks:
        if block.kind is BlockKind.CODE and block.level and block.content:
            yield block
        yield from _fences(block.children)


def _name_of(fence: Block, lines: Sequence[str]) -> str:
    """Return the name under which a block is a file; empty where it is none.

    Args:
        fence: A fenced code block.
        lines: Of the whole note.
    """
    if is_dockerfile(fence.content, fence.info):
        return DOCKERFILE
    if is_compose_file(fence.content, fence.info):
        return COMPOSE_FILE
    above = (line for line in reversed(lines[: fence.lines.start - 1]) if line.strip())
    names = _FILE_NAME.findall(next(above, ""))
    return names[-1] if names else ""


def _distance(block: LineRange, command: LineRange) -> int:
    if block.start <= command.start <= block.end:
        return 0
    return min(abs(block.start - command.end), abs(block.end - command.start))
