"""What people want of docker: the table names commands and flags that there are."""

from __future__ import annotations

import re

from kb.commands.needs import CommandNeed, command_needs
from kb.commands.spec import command_index


def _is_known(need: CommandNeed) -> bool:
    """Tell whether there is the need's command, and its flag under that long name."""
    spec = command_index().get(need.command)
    flag = spec.flag(need.flag) if spec and need.flag else None
    return spec is not None and (flag.name if flag else "") == need.flag


def test_needs_are_of_commands_and_flags_that_there_are() -> None:
    assert [need for need in command_needs() if not _is_known(need)] == []
    assert all(need.text and need.text == need.text.strip() for need in command_needs())


def test_each_need_is_told_once_of_a_command() -> None:
    told = [(need.text.lower(), need.command) for need in command_needs()]
    assert len(told) == len(set(told))


def test_they_are_told_in_both_languages() -> None:
    russian = sum(1 for need in command_needs() if re.search("[а-я]", need.text))
    assert min(russian, len(command_needs()) - russian) > 100
