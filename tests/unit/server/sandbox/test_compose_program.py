"""Which Compose programs are here, and what one is told of the world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import SandboxError
from server.sandbox.runner import compose_program
from server.sandbox.runner.compose_program import (
    absent_compose,
    environment,
    find_compose,
    find_programs,
    write_config,
)
from server.sandbox.runner.filter_socket import FilterAddress

ADDRESS = FilterAddress(url="tcp://127.0.0.1:5", headers={"X-Key": "secret"})


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are looked for in; empty at first."""
    monkeypatch.setattr(compose_program, "search_path", lambda: str(tmp_path))
    return tmp_path


def _install(folder: Path, name: str, *, exit_code: int = 0) -> str:
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_without_any_there_is_a_hint(programs: Path) -> None:
    assert find_programs() == {}
    assert absent_compose() == ""
    with pytest.raises(SandboxError) as raised:
        find_compose()
    assert (raised.value.code, bool(raised.value.hint)) == ("no_compose", True)


def test_a_client_without_the_plugin_is_none(programs: Path) -> None:
    _install(programs, "docker", exit_code=1)
    alone = _install(programs, "docker-compose")
    assert find_compose() == [alone]
    assert absent_compose() == "docker compose"


def test_a_plugin_that_is_installed_later_is_found(programs: Path) -> None:
    _install(programs, "docker", exit_code=1)
    assert find_programs() == {}
    docker = _install(programs, "docker")
    assert find_compose() == [docker, "compose"]


def test_the_plugin_is_preferred(programs: Path) -> None:
    docker = _install(programs, "docker")
    assert absent_compose() == "docker-compose"
    _install(programs, "docker-compose")
    assert find_compose() == [docker, "compose"]
    assert absent_compose() == ""


def test_it_is_told_the_filter_and_nothing_of_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "x")
    write_config(tmp_path, ADDRESS)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert config["HttpHeaders"] == {"X-Key": "secret"}
    assert set(config) == {"HttpHeaders", "cliPluginsExtraDirs"}
    told = environment(tmp_path, ADDRESS)
    assert told["DOCKER_HOST"] == "tcp://127.0.0.1:5"
    assert told["DOCKER_CONFIG"] == told["HOME"] == str(tmp_path)
    assert "SECRET" not in told
