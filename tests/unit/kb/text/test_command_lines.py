"""What a command line calls, and the tables of programs that tell."""

from __future__ import annotations

from typing import Final

import pytest

from kb.commands.spec import command_index
from kb.text.command_lines import called_words, command_name
from kb.text.programs import PROGRAMS, groups_of, subcommands_of
from tests.cases_files import load_jsonl

_THINGS: Final = frozenset("debug desktop extension mcp model sandbox scout".split())
"""Parts of Docker that notes tell of under their names, so that a name is no typed command."""


@pytest.mark.parametrize(
    "case", load_jsonl("text/command_names.jsonl"), ids=lambda case: ascii(case["line"])
)
def test_the_name_of_a_command(case: dict[str, str]) -> None:
    assert command_name(case["line"]) == case["name"]


def test_the_words_from_the_program_on() -> None:
    assert called_words("A=1 sudo -u me docker run -e A=1 x") == "docker run -e A=1 x".split()
    assert called_words("A=1") == []


def test_a_line_of_nothing_but_wrappers_is_read_in_one_go() -> None:
    assert called_words("sudo " * 50_000)[:1] == ["sudo"]


def test_dockers_commands_are_those_of_the_command_line() -> None:
    groups = groups_of("docker")
    grouped = {f"{group} {word}" for group in groups for word in _subcommands(f"docker {group}")}
    listed = grouped | _subcommands("docker")
    known = command_index().keys()
    assert known - listed - groups == _THINGS
    # Of some groups the command line knows nothing but that they are refused as a whole.
    assert {name.split()[0] for name in listed - known} <= groups & known


def _subcommands(path: str) -> frozenset[str]:
    return subcommands_of(path) or frozenset()


@pytest.mark.parametrize("name", ["docker-compose", "podman"])
def test_what_is_like_docker_has_its_commands(name: str) -> None:
    other = {"docker-compose": "docker compose", "podman": "docker"}[name]
    assert subcommands_of(name) == subcommands_of(other)
    assert _subcommands("podman volume") >= {"ls", "rm"}


def test_programs_without_listed_sub_commands() -> None:
    assert subcommands_of("grep") is None
    assert subcommands_of("aws") is None
    assert "docker volume" not in PROGRAMS
    assert {"docker", "aws", "grep"} <= PROGRAMS
