"""Our tables and files against the real Compose programs that are installed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.commands.compose.policy import check_compose
from kb.commands.spec import Verdict, all_commands, command_index, global_flags
from tests.unit.kb.commands.clients import CLIENTS
from tests.unit.kb.commands.compose_cases import COMPOSE_CASES, compose_text
from tests.unit.kb.commands.test_compose import KAFKA

_FLAG = re.compile(
    r"^\s+(?:(-\w), )?(--[a-z0-9-]+)(?:[= ]([A-Z\[]\S*|\w+=\w+|string\S*|int|uint|list))?(?:  +|$)",
    re.MULTILINE,
)
_COMMAND = re.compile(r"^  ([a-z]+) {2,}", re.MULTILINE)
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent"}


def _find_programs() -> list[list[str]]:
    programs = []
    if old := shutil.which("docker-compose"):
        programs.append([old])
    for client in CLIENTS:
        found = subprocess.run(
            [client, "compose", "version"], capture_output=True, check=False, timeout=60
        )
        if found.returncode == 0 and b"ompose" in found.stdout:
            programs.append([client, "compose"])
    return programs


PROGRAMS = _find_programs()
pytestmark = [
    pytest.mark.skipif(
        not PROGRAMS, reason="NO COMPOSE PROGRAM HERE: options and files are not compared"
    ),
    pytest.mark.parametrize("program", PROGRAMS, ids=" ".join),
]


@cache
def read_help(*words: str) -> str:
    result = subprocess.run(
        [*words, "--help"],
        capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip
    return result.stdout


def test_every_option_is_classified(program: list[str]) -> None:
    known = {flag.name: flag for flag in global_flags("compose")}
    top = read_help(*program)
    for short, name, value in _FLAG.findall(top):
        if name != "--help":
            assert known[name].short == short, name
            assert known[name].takes_value == bool(value), name
    for word in _COMMAND.findall(top):
        spec = command_index()[f"compose {word}"]
        if spec.verdict is Verdict.REFUSE:
            continue
        for short, name, value in _FLAG.findall(read_help(*program, word)):
            if name in {"--help", "--dry-run"}:
                continue
            flag = spec.flag(name)
            assert flag, f"compose {word} {name} is not classified"
            assert flag.short == short, f"compose {word} {name}"
            assert flag.takes_value == bool(value), f"compose {word} {name}"


def test_every_command_is_known(program: list[str]) -> None:
    words = _COMMAND.findall(read_help(*program))
    assert len(words) > 20
    assert {f"compose {word}" for word in words} <= {spec.path for spec in all_commands()}


def test_every_service_of_ours_is_understood(program: list[str], tmp_path: Path) -> None:
    volumes: dict[str, Any] = {name: {} for name in ("data", "v", "_v")}
    content: dict[str, Any] = {"volumes": volumes, "networks": {"front": {}}, "services": {}}
    for number, case in enumerate(case for case in COMPOSE_CASES if "keeps" in case):
        checked = yaml.safe_load(check_compose(compose_text(case), host_ip="192.0.2.1").text)
        content["services"][f"web{number}"] = checked["services"]["web"]
    content["services"]["db"] = {"image": "postgres"}
    assert len(content["services"]) > 30
    read_config(program, yaml.safe_dump(content), tmp_path)


def test_a_whole_file_is_understood(program: list[str], tmp_path: Path) -> None:
    text = check_compose(KAFKA, host_ip="192.0.2.1").text
    assert "192.0.2.1" in read_config(program, text, tmp_path)


def read_config(program: list[str], text: str, folder: Path) -> str:
    (folder / "app").mkdir()
    path = folder / "docker-compose.yaml"
    path.write_text(text, encoding="utf-8")
    result = subprocess.run(
        [*program, "-f", str(path), "config"],
        capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=ENVIRONMENT,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout
