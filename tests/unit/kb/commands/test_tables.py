"""Our tables of commands and options: whole, and without contradictions."""

from __future__ import annotations

import pytest

from kb.commands.spec import CommandSpec, FlagSpec, Verdict, all_commands, global_flags
from kb.commands.texts import text_keys
from kb.commands.values.kinds import KINDS


def _all_flags() -> list[FlagSpec]:
    flags = [flag for command in all_commands() for flag in command.flags]
    return [*flags, *global_flags("docker"), *global_flags("compose")]


def test_the_tables_are_whole() -> None:
    keys = text_keys()
    for flag in _all_flags():
        assert flag.name.startswith("--")
        assert flag.kind == "bool" or flag.kind in KINDS, flag
        assert flag.kind == "bool" or f"label.{flag.kind}" in keys, flag
        assert flag.en
        assert flag.ru
        if flag.verdict is Verdict.REFUSE:
            assert f"refuse.{flag.code}" in keys, flag
            assert not flag.key or flag.key in keys, flag
        if flag.verdict is Verdict.NEUTRALISE and flag.code:
            assert flag.code == "ignored"
    for command in all_commands():
        for operand in command.operands:
            assert operand.kind in KINDS
            assert f"label.{operand.kind}" in keys


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.path)
def test_no_option_is_there_twice(command: CommandSpec) -> None:
    names = [flag.name for flag in command.flags]
    assert len(names) == len(set(names))
    shorts: dict[str, set[str]] = {}
    for flag in command.flags:
        if flag.short:
            shorts.setdefault(flag.short, set()).add(flag.name)
    assert all(len(n) == 1 or n == {"--time", "--timeout"} for n in shorts.values()), shorts
