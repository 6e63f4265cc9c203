"""What people want of docker: the table names commands and flags that there are."""

from __future__ import annotations

import re

import pytest

from kb.commands.needs import CommandNeed, command_needs
from kb.commands.spec import command_index


@pytest.mark.parametrize("need", command_needs(), ids=lambda need: need.text)
def test_a_need_is_of_a_command_that_there_is(need: CommandNeed) -> None:
    spec = command_index()[need.command]
    found = spec.flag(need.flag) if need.flag else None
    assert (found.name if found else "") == need.flag
    assert need.text == need.text.strip()
    assert need.text


def test_each_need_is_told_once_of_a_command() -> None:
    told = [(need.text.lower(), need.command) for need in command_needs()]
    assert len(told) == len(set(told))


def test_they_are_told_in_both_languages() -> None:
    russian = sum(1 for need in command_needs() if re.search("[а-я]", need.text))
    assert min(russian, len(command_needs()) - russian) > 100
