"""Our tables against the `--help` of every docker client that is installed here."""

from __future__ import annotations

import re
import subprocess
from functools import cache

import pytest

from kb.commands.spec import (
    CommandSpec,
    Verdict,
    all_commands,
    command_groups,
    command_index,
    global_flags,
)
from tests.unit.kb.commands.clients import CLIENTS, MISSING

_FLAG = re.compile(r"^\s+(?:(-\w), )?(--[a-z0-9-]+)(?: (\S+))?(?:  +|$)", re.MULTILINE)
_COMMAND = re.compile(r"^  ([a-z]+)\*? {2,}", re.MULTILINE)


pytestmark = pytest.mark.skipif(not CLIENTS, reason=MISSING)


@cache
def read_help(client: str, *words: str) -> str:
    result = subprocess.run(
        [client, *words, "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    return result.stdout


def read_flags(help_text: str) -> dict[str, tuple[str, str]]:
    return {name: (short, kind) for short, name, kind in _FLAG.findall(help_text)}


OFFERED = [
    spec
    for spec in all_commands()
    if spec.verdict is Verdict.ALLOW and not spec.path.startswith("compose ")
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("command", OFFERED, ids=lambda command: command.path)
def test_every_option_of_the_client_is_classified(client: str, command: CommandSpec) -> None:
    flags = read_flags(read_help(client, *command.path.split()))
    flags.pop("--help", None)
    for name, (short, kind) in flags.items():
        known = command.flag(name)
        assert known, f"docker {command.path} {name} of {client} is not classified"
        assert known.short == short, f"docker {command.path} {name}"
        assert known.takes_value == bool(kind), f"docker {command.path} {name}"


@pytest.mark.parametrize("client", CLIENTS)
def test_every_global_option_is_classified(client: str) -> None:
    known = {flag.name: flag for flag in global_flags("docker")}
    for name, (short, kind) in read_flags(read_help(client)).items():
        assert known[name].short == short
        assert known[name].takes_value == bool(kind)


@pytest.mark.parametrize("client", CLIENTS)
def test_every_command_of_the_client_is_known(client: str) -> None:
    for word in _COMMAND.findall(read_help(client)):
        assert word in command_index() or word in command_groups(), f"docker {word}"
    for group in ("container", "image", "volume", "network", "system", "builder"):
        words = _COMMAND.findall(read_help(client, group))
        assert words
        for word in words:
            assert f"{group} {word}" in command_index(), f"docker {group} {word}"


@pytest.mark.parametrize("command", OFFERED, ids=lambda command: command.path)
def test_an_alias_has_the_options_of_its_command(command: CommandSpec) -> None:
    """Older clients do not know every alias; one that knows it prints the same options."""
    for alias in command.aliases:
        if alias.startswith("buildx"):
            continue  # a plugin, which need not be installed
        for client in CLIENTS:
            own = read_flags(read_help(client, *command.path.split()))
            theirs = read_flags(read_help(client, *alias.split()))
            assert not theirs or theirs == own, f"docker {alias} is not docker {command.path}"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_help_is_read(client: str) -> None:
    flags = read_flags(read_help(client, "run"))
    assert len(flags) > 90
    assert flags["--publish"] == ("-p", "list")
    assert flags["--privileged"] == ("", "")
