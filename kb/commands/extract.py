"""Docker command lines in the code of a chunk."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import Chunk, LineRange


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedCommand:
    """A command line found in a note."""

    text: str
    """On one line, without its prompt and its comment."""
    lines: LineRange
    """The note's lines that it stands on."""


def extract_commands(chunk: Chunk) -> list[ExtractedCommand]:
    """Return the docker command lines of a chunk's fences and inline code, in order."""
    return []
