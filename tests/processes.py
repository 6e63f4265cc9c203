"""Finds processes of this machine by what they were started with."""

from __future__ import annotations

from pathlib import Path


def find_processes(words: str, *, parent: int | None = None) -> list[int]:
    """Return the ids of the processes whose command line holds the words.

    Args:
        words: What the command line must hold, its arguments joined by blanks.
        parent: The id of the process that must have started them; None takes any.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text(errors="replace").replace("\0", " ")
            above = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if words in command and parent in {None, above}:
            found.append(int(folder.name))
    return sorted(found)
