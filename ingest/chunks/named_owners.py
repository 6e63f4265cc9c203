"""Which command or program a heading, a lead-in or a paragraph names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.chunks.bare_commands import command_at_head
from ingest.chunks.places import NOBODY, Owner
from ingest.chunks.shell import is_command, is_program
from ingest.inline import code_pieces
from kb.model import Block
from kb.text.command_lines import command_name
from kb.text.markers import BULLET

_BEFORE_COMMAND: Final = rf"^\s*(?:(?:{BULLET}|[>$])\s+)*"
"""Of a line that is an item, a quote or typed at a prompt. A numbered one is a step: where that
begins with the name, it is the first word of a sentence."""
_PROGRAM_NAME: Final = re.compile(r"[a-z][\w.-]+")


def owner_named_by(heading: str) -> Owner:
    """Return the command that a heading is about; nobody where it is about something else."""
    if is_command(heading):
        return Owner(commands=(command_at_head(heading.strip()) or heading.strip(),))
    return NOBODY


def subject_of(trail: Sequence[str], body: str) -> str:
    """Return the program that the nearest heading names (`curl`); empty where none does.

    Args:
        trail: The headings above, with the section's own.
        body: The section's text. A program that is not well known heads lines that call it.
    """
    own = trail[-1].lower() if trail else ""
    if _PROGRAM_NAME.fullmatch(own) and not is_program(own):
        called = re.search(rf"{_BEFORE_COMMAND}`?{re.escape(own)}(?=[ -])", body, re.MULTILINE)
        if called:
            return own
    return next((name for name in map(str.lower, reversed(trail)) if is_program(name)), "")


def commands_named(lead: Block) -> tuple[str, ...]:
    """Return the names of the commands that a lead-in marks as code."""
    pieces = (piece.code.strip() for piece in code_pieces(lead.content))
    return tuple(command_name(code) for code in pieces if is_command(code))


def sole_command(block: Block) -> str:
    """Return the command that a paragraph marks as code, where it marks just one."""
    codes = [piece.code.strip() for piece in code_pieces(block.content)]
    commands = list(filter(is_command, codes))
    return commands[0] if len(commands) == 1 else ""
