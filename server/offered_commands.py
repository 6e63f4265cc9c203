"""Commands that were offered, kept by id, so that a run names an id and never a text."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from kb.errors import NotFoundError, VaultError
from kb.model import Command, CommandId, Language, LineRange, NoteId
from kb.ports import NoteReader
from server.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCommand:
    """A command as it was offered, and where it stands."""

    id: CommandId
    text: str
    note: NoteId
    lines: LineRange
    source: str
    """The note's lines when the command was offered."""
    language: Language


class OfferedCommands:
    """Keeps offered commands, and forgets none while its note still holds it.

    Args:
        database: Where they are kept.
        notes: Reads the notes as they are now.
    """

    def __init__(self, database: Database, notes: NoteReader) -> None:
        self._database = database
        self._notes = notes

    def keep(self, commands: Iterable[Command], *, language: Language) -> None:
        """Remember commands that an answer offers; one whose note cannot be read is left out."""
        rows = []
        for command in commands:
            try:
                source = lines_of(self._notes.read(command.note), command.lines)
            except (NotFoundError, VaultError):  # gone, or no text any more
                continue
            place = (command.note, command.lines.start, command.lines.end)
            rows.append((command.id, command.text, *place, source, language, time.time()))
        if not rows:
            return
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO offered_command VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )

    def get(self, command: CommandId) -> OfferedCommand:
        """Return a command that was offered, if its note still holds it.

        Raises:
            NotFoundError: It was never offered, or its lines have changed since.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT text, note, line_start, line_end, source, language "
                "FROM offered_command WHERE id = ?",
                (command,),
            ).fetchone()
        if row is None:
            raise NotFoundError(
                f"no command {command!r} was offered", hint="ask again, and use the new id"
            )
        text, note, start, end, source, language = row
        offered = OfferedCommand(
            id=command,
            text=text,
            note=NoteId(note),
            lines=LineRange(start=start, end=end),
            source=source,
            language=language,
        )
        self._check_unchanged(offered)
        return offered

    def _check_unchanged(self, offered: OfferedCommand) -> None:
        if lines_of(self._notes.read(offered.note), offered.lines) != offered.source:
            raise NotFoundError(
                f"{offered.note} has changed since the command was offered",
                hint="ask again: the note is read anew",
                code="note_changed",
            )


def lines_of(source: str, lines: LineRange) -> str:
    """Return lines of a note, joined with newlines; fewer where the note is shorter."""
    return "\n".join(source.split("\n")[lines.start - 1 : lines.end])
