"""Every route, setting, command and option stands in the documentation, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from server.cli.program import app as cli
from server.error_responses import STATUS_OF_CODE
from server.settings_table import settings_table
from tests.unit.server.conftest import Bench
from tests.unit.server.every_route import flat_routes

DOCS = Path(__file__).parents[3] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
_UNLISTED_METHODS = {"HEAD", "OPTIONS"}


def commands(group: TyperGroup, prefix: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{prefix} {name}", command


def all_commands() -> dict[str, TyperCommand]:
    group = typer.main.get_command(cli)
    assert isinstance(group, TyperGroup)
    return dict(commands(group, "kb"))


def test_every_route_is_documented_and_no_other(bench: Bench) -> None:
    routes = {
        f"{method} {route.path.replace(':path', '')}"
        for route in flat_routes(bench.app.routes)
        for method in (getattr(route, "methods", None) or ())
        if method not in _UNLISTED_METHODS
    }
    documented = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", API, re.MULTILINE))
    assert documented == routes


def test_the_table_of_settings_is_the_settings_own() -> None:
    """Where it fails: put the output of `python -m server.settings_table` there."""
    section = CONFIGURATION.partition("## Environment\n\n")[2]
    assert section.partition("\n\n")[0] + "\n" == settings_table()


def test_every_command_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(kb [a-z ]+)` \|", API, re.MULTILINE))
    assert documented == set(all_commands())


def test_every_option_is_documented() -> None:
    section = API[API.index("## Command line") :]
    rows = dict(re.findall(r"^\| `(kb [a-z ]+)` \| (.*) \|$", section, re.MULTILINE))
    for name, command in all_commands().items():
        assert command.help, name
        for option in command.params:
            if not isinstance(option, TyperOption) or option.hidden:
                continue
            assert option.help, (name, option.name)
            spelled = [*option.opts, *option.secondary_opts]
            known = any(f"`{each}" in rows[name] or f"`{each}`" in section for each in spelled)
            assert known or "--help" in spelled, (name, spelled)


def options_of(command: TyperCommand) -> set[str]:
    return {each for option in command.params for each in option.opts}


def test_every_command_but_servers_prints_json() -> None:
    without = {name for name, each in all_commands().items() if "--json" not in options_of(each)}
    assert without == {"kb serve", "kb mcp"}


def test_every_command_takes_the_folders_that_the_documentation_says() -> None:
    for name, command in all_commands().items():
        takes_folder = any(each.name == "folder" for each in command.params)
        assert "--notes" in options_of(command) or takes_folder, name
        assert "--state" in options_of(command), name


def test_every_code_with_a_status_of_its_own_is_documented() -> None:
    for code in set(STATUS_OF_CODE) - {"shutting_down"}:
        assert f"`{code}`" in API
