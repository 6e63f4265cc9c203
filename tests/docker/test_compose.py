"""Compose files of notes, run by the real Compose program through the filtering socket."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.commands.limits import DEFAULT_RULES
from kb.model import CommandRun, RunState
from server.sandbox.runner import compose
from server.sandbox.runner.compose_program import find_programs, write_config
from server.sandbox.runner.filter_socket import serve_filter
from server.sandbox.runner.gate import Gate
from server.sandbox.service import Sandbox
from tests.docker.fixtures import run_to_end

pytestmark = pytest.mark.docker

TWO = b"""version: '2'
services:
  zookeeper:
    image: confluentinc/cp-zookeeper:latest
    environment:
      ZOOKEEPER_CLIENT_PORT: 2181
    ports:
      - 22181:2181
  kafka:
    image: confluentinc/cp-kafka:latest
    depends_on:
      - zookeeper
    ports:
      - 29092:29092
    environment:
      KAFKA_BROKER_ID: 1
"""
FILES = {"docker-compose.yaml": TWO}


@pytest.fixture(params=["docker-compose", "docker compose"])
def composing(
    live_sandbox: Sandbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A sandbox with each of the Compose programs: the old one, and the client's plugin."""
    program = find_programs().get(request.param)
    if program is None:
        pytest.skip(f"NO {request.param} HERE, so it is not tested")
    monkeypatch.setattr(compose, "find_compose", lambda: [*program])
    yield live_sandbox
    run_to_end(live_sandbox, "docker-compose down", files=FILES)


def _names(text: str) -> str:
    """Return a text with the names of containers as Compose 1 makes them: `notes_kafka_1`."""
    return re.sub(r"(\w+)-(\w+)-(\d+)", r"\1_\2_\3", text)


@pytest.fixture(params=[True, False], ids=["unix", "loopback"])
def over_any_socket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter is a Unix socket, or a port of the loopback as on Windows."""
    monkeypatch.setattr(compose, "UNIX_SOCKETS", request.param)


def _press(sandbox: Sandbox, text: str) -> CommandRun:
    run = run_to_end(sandbox, text, files=FILES)
    assert run.exit_code == 0, run
    return run


@pytest.mark.usefixtures("over_any_socket")
def test_up_and_down_as_the_notes_have_it(composing: Sandbox) -> None:
    assert "ompose version" in _press(composing, "docker-compose -version").stdout
    _press(composing, r'docker-compose -f "e:\tmp\docker-compose.yaml" up -d')
    address = composing.engine().endpoint.ports_host
    listed = _press(composing, "docker ps").stdout
    assert "notes_zookeeper_1" in _names(listed)
    assert f"{address}:29092->29092/tcp" in listed
    assert "cp-kafka started" in _press(composing, "docker-compose logs").stdout
    assert "notes_kafka_1" in _names(_press(composing, "docker-compose ps").stdout)
    _press(composing, "docker-compose down")
    assert _press(composing, "docker ps -aq --filter name=notes").stdout == ""


def test_the_file_of_a_running_project_is_kept(composing: Sandbox) -> None:
    _press(composing, "docker-compose up -d")
    run = run_to_end(composing, "docker-compose ps")
    assert "notes_kafka_1" in _names(run.stdout)


def test_two_notes_with_one_service_do_not_replace_each_others_containers(
    composing: Sandbox,
) -> None:
    for note, name in (("pg.md", ""), ("my.md", ""), ("own.md", "name: shop\n")):
        text = f"{name}services:\n  db:\n    image: busybox\n    command: sleep 1000\n"
        files = {"docker-compose.yaml": text.encode()}
        up = run_to_end(composing, "docker-compose up -d", files=files, note=note)
        assert up.exit_code == 0, up
    names = _names(_press(composing, "docker ps --format '{{.Names}}'").stdout).splitlines()
    assert {"pg_db_1", "my_db_1", "shop_db_1"} <= set(names)
    for project in ("pg", "my", "shop"):
        assert run_to_end(composing, f"docker-compose -p {project} down -t 1").exit_code == 0
    assert "db_1" not in _names(_press(composing, "docker ps -a").stdout)


def test_what_compose_sends_stands_in_the_audit_log(composing: Sandbox) -> None:
    _press(composing, "docker-compose up -d")
    (record,) = composing.runs.log(limit=1, offset=0).records
    requests = record.body["requests"]
    assert isinstance(requests, list)
    created = [each["body"] for each in requests if "/containers/create" in each["request"]]
    assert {each["Image"] for each in created} == {
        "confluentinc/cp-zookeeper:latest", "confluentinc/cp-kafka:latest"
    }  # fmt: skip
    assert all(each["HostConfig"]["CapDrop"] == ["ALL"] for each in created)


def test_containers_of_compose_are_confined_like_others(composing: Sandbox) -> None:
    _press(composing, "docker-compose up -d")
    kafka = _press(composing, "docker ps -q --filter name=kafka").stdout.strip()
    run = _press(composing, f"docker inspect {kafka}")
    host = json.loads(run.stdout)[0]["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges" in host["SecurityOpt"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0


@pytest.mark.usefixtures("over_any_socket")
def test_an_attached_up_ends_with_stop(composing: Sandbox) -> None:
    run = composing.runs.start("docker-compose up", confirm=True, files=FILES)
    deadline = time.monotonic() + 40
    while "cp-kafka started" not in composing.runs.get(run.id).stdout:
        assert time.monotonic() < deadline, composing.runs.get(run.id)
        time.sleep(0.2)
    composing.runs.stop(run.id)
    list(composing.runs.events(run.id))
    assert composing.runs.get(run.id).state is RunState.STOPPED
    assert _press(composing, "docker ps -q --filter name=notes").stdout == ""


@pytest.mark.usefixtures("over_any_socket")
def test_a_service_that_is_built(composing: Sandbox) -> None:
    files = {
        "docker-compose.yaml": b"services:\n  a:\n    build: .\n    image: mine\n",
        "Dockerfile": b"FROM alpine\nRUN echo from-the-build > /made\n"
        b"RUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
        b" >> /made 2>/dev/null || true\nCMD cat /made\n",
    }
    up = run_to_end(composing, "docker-compose up -d", files=files)
    assert up.exit_code == 0, up
    logs = run_to_end(composing, "docker-compose logs", files=files)
    assert "from-the-build" in logs.stdout
    assert str(DEFAULT_RULES.limits.memory_bytes) in logs.stdout
    assert run_to_end(composing, "docker-compose down", files=files).exit_code == 0


@pytest.mark.parametrize(
    "service",
    ["privileged: true", "volumes: ['/:/h']", "network_mode: host", "pid: host",
     "build: {context: '../..'}", "cap_add: [SYS_ADMIN]"],
)  # fmt: skip
def test_a_file_that_asks_for_the_machine_is_refused(composing: Sandbox, service: str) -> None:
    files = {"docker-compose.yaml": f"services:\n  a:\n    image: alpine\n    {service}\n".encode()}
    run = run_to_end(composing, "docker-compose up -d", files=files)
    assert run.state is RunState.FAILED
    assert run.exit_code is None
    assert run.stdout == ""


def test_no_file_is_a_clear_error(composing: Sandbox) -> None:
    run = run_to_end(composing, "docker-compose -p other up -d")
    assert run.state is RunState.FAILED
    assert "no Compose file" in run.stderr


@pytest.mark.parametrize("unix", [True, False])
def test_what_the_socket_refuses_the_daemon_never_sees(
    live_sandbox: Sandbox, tmp_path: Path, *, unix: bool
) -> None:
    """The docker client stands for Compose: `docker compose` asks by the same library."""
    endpoint = live_sandbox.engine().endpoint
    gate = Gate(endpoint=endpoint, rules=DEFAULT_RULES)
    before = run_to_end(live_sandbox, "docker ps -aq").stdout
    with serve_filter(gate, folder=tmp_path if unix else None) as address:
        write_config(tmp_path, address)
        docker = ["docker", "--config", str(tmp_path), "-H", address.url]
        listed = subprocess.run([*docker, "ps", "-aq"], capture_output=True, text=True, check=True)
        assert listed.stdout == before
        for words in (
            ["create", "--privileged", "busybox"],
            ["create", "-v", "/:/h", "busybox"],
            ["create", "--network", "host", "busybox"],
            ["plugin", "ls"],
            ["swarm", "init"],
            ["save", "busybox"],
        ):
            done = subprocess.run([*docker, *words], capture_output=True, text=True, check=False)
            assert done.returncode != 0, words
    assert len(gate.refused) >= 5
    assert run_to_end(live_sandbox, "docker ps -aq").stdout == before
