"""The `dind` driver for real: a sandbox daemon in a container of another dockerd."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from docker import APIClient

from kb.errors import SandboxError
from kb.model import RunState
from server.sandbox.choose import choose_driver
from server.sandbox.dind.body import EngineFacts, object_name
from server.sandbox.dind.driver import DindDriver
from server.sandbox.dind.host_engine import HostEngine
from server.sandbox.dind.port_slots import SLOTS
from server.sandbox.identity import read_id
from server.sandbox.service import Sandbox
from server.sandbox.settings import SandboxSettings
from tests.docker.dind_image import IMAGE, NoImageError, dind_image
from tests.docker.fixtures import (
    require_daemon,
    run_to_end,
    said_to_a_download,
    sandbox_settings,
)
from tests.docker.images import IMAGES
from tests.docker.outer_daemon import import_image, outer_daemon
from tests.docker.registry import serve_registry
from tests.waiting import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1800)]  # the first time an image is made
_PUBLIC = "1.2.3.4"
"""An address that is not private; in the engine's network its machine has it."""
_OWN_PAGE = "sh -c 'mkdir /w; echo published >/w/index.html; exec httpd -f -p 80 -h /w'"


class _EngineInAMachine(HostEngine):
    """The engine, as if it ran in a virtual machine whose networks are not reached from here."""

    def facts(self) -> EngineFacts:
        return replace(super().facts(), product="Docker Desktop")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIClient]:
    """The user's engine, with the image; this thread is in its network."""
    require_daemon()
    archive = _archive()
    folder = tmp_path_factory.mktemp("engine")
    with outer_daemon(folder) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", address)
        import_image(address, archive, IMAGE)
        with APIClient(base_url=address, timeout=60) as client:
            yield client
    shutil.rmtree(folder, ignore_errors=True)


def _archive() -> Path:
    reason = "setting up its network needs root" if os.geteuid() != 0 else ""
    try:
        if not reason:
            return dind_image()
    except NoImageError as error:
        reason = str(error)
    if os.environ.get("KB_TEST_DOCKER") == "require":
        pytest.fail(f"an image with a dockerd is required: {reason}")
    pytest.skip(f"NO IMAGE WITH A DOCKERD, so the driver dind is not tested for real: {reason}")


@pytest.fixture(scope="module")
def mirror(engine: APIClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry on the engine's machine, as its user would name it."""
    folder = tmp_path_factory.mktemp("registry")
    subprocess.run(["ip", "address", "add", f"{_PUBLIC}/32", "dev", "lo"], check=True)
    with serve_registry(folder, IMAGES[:1], address="0.0.0.0") as url:
        yield url


@pytest.fixture(scope="module")
def settings(mirror: str, tmp_path_factory: pytest.TempPathFactory) -> SandboxSettings:
    folder = tmp_path_factory.mktemp("state")
    return sandbox_settings(folder, mode="dind", mirror=mirror, dind_image=IMAGE)


@pytest.fixture(scope="module")
def sandbox(settings: SandboxSettings) -> Iterator[Sandbox]:
    made = Sandbox(settings)
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def container(engine: APIClient, sandbox: Sandbox, settings: SandboxSettings) -> dict[str, Any]:
    """The sandbox's container as the engine knows it."""
    details: dict[str, Any] = engine.inspect_container(_name(settings))
    return details


def _name(settings: SandboxSettings) -> str:
    return object_name(read_id(settings.sandbox_dir))


def test_a_command_runs_in_it(sandbox: Sandbox) -> None:
    run = run_to_end(sandbox, "docker run --rm busybox echo hello")
    assert (run.stdout, run.stderr, run.exit_code) == ("hello\n", "", 0)
    status = sandbox.status()
    assert (status.state, status.driver) == ("ready", "dind")


def test_an_image_comes_from_the_machines_mirror(sandbox: Sandbox) -> None:
    run = run_to_end(sandbox, "docker pull alpine")
    assert run.exit_code == 0, run.stderr


def test_a_published_port_is_reached_under_its_link(sandbox: Sandbox) -> None:
    run = run_to_end(sandbox, f"docker run -d --name web -p 8080:80 busybox {_OWN_PAGE}")
    assert run.exit_code == 0, run.stderr
    url = _links(sandbox)["web"]
    wait_until(lambda: _get(url) == b"published\n")
    assert run_to_end(sandbox, "docker rm -f web").exit_code == 0


def test_published_ports_are_reached_on_the_loopback_where_the_network_is_not(
    engine: APIClient, settings: SandboxSettings, tmp_path: Path
) -> None:
    """One of them is published inside under the number of a slot."""
    own = replace(settings, state_dir=tmp_path)
    driver = DindDriver(own, find_engine=lambda: _EngineInAMachine(os.environ["DOCKER_HOST"]))
    desktop = Sandbox(own, driver=driver)
    try:
        for name, port in (("one", 8080), ("two", SLOTS[0])):
            run = run_to_end(
                desktop, f"docker run -d --name {name} -p {port}:80 busybox {_OWN_PAGE}"
            )
            assert run.exit_code == 0, run.stderr
        urls = _links(desktop)
        assert {urlsplit(url).hostname for url in urls.values()} == {"127.0.0.1"}
        wait_until(lambda: [_get(urls[name]) for name in ("one", "two")] == [b"published\n"] * 2)
        run_to_end(desktop, "docker stop -t 1 one")
        assert _links(desktop) == {"two": urls["two"]}
        assert (_get(urls["one"]), _get(urls["two"])) == (b"", b"published\n")
    finally:
        desktop.close()
        driver.reset()


@pytest.mark.usefixtures("sandbox")
def test_a_script_that_fails_inside_is_quoted(settings: SandboxSettings) -> None:
    engine = HostEngine(os.environ["DOCKER_HOST"])
    engine.run_inside(_name(settings), "test -s /kb-sandbox/path")
    with pytest.raises(SandboxError, match="no such chain"):
        engine.run_inside(_name(settings), "echo no such chain >&2; exit 3")


def test_the_container_has_no_privileges_and_nothing_of_the_machine(
    container: dict[str, Any],
) -> None:
    host = container["HostConfig"]
    assert host["Privileged"] is False
    assert host["Binds"] is None
    assert [each["Type"] for each in container["Mounts"]] == ["volume"]
    (published,) = container["NetworkSettings"]["Ports"]["2376/tcp"]
    assert published["HostIp"] == "127.0.0.1"


def test_roots_inside_are_nobody_outside(sandbox: Sandbox) -> None:
    (line,) = run_to_end(
        sandbox, "docker run --rm busybox cat /proc/self/uid_map"
    ).stdout.splitlines()
    assert int(line.split()[1]) > 0


def test_what_runs_inside_lies_below_the_containers_limits(
    sandbox: Sandbox, container: dict[str, Any]
) -> None:
    run_to_end(sandbox, "docker run -d --name idle busybox sleep 1000")
    (inner,) = (each.id for each in sandbox.inventory().containers if each.name == "idle")
    found = [path for path in Path("/sys/fs/cgroup").glob(f"**/{inner}") if path.is_dir()]
    run_to_end(sandbox, "docker rm -f idle")
    assert found
    assert all(container["Id"] in path.parts for path in found)


def test_a_container_does_not_reach_the_machine(
    sandbox: Sandbox, container: dict[str, Any], mirror: str
) -> None:
    (network,) = container["NetworkSettings"]["Networks"].values()
    port = mirror.rpartition(":")[2]
    for address in (network["Gateway"], "172.17.0.1"):
        assert _get(f"http://{address}:{port}/v2/") == b"{}"
        assert _talk(sandbox, address, port) == "", address
    assert "400 Bad Request" in _talk(sandbox, _PUBLIC, port)


def test_the_daemon_itself_reaches_public_addresses_and_its_mirror_alone(
    sandbox: Sandbox, container: dict[str, Any], mirror: str
) -> None:
    """A build that the policy refuses, sent past it straight to the daemon."""
    (network,) = container["NetworkSettings"]["Networks"].values()
    port = mirror.rpartition(":")[2]
    assert said_to_a_download(sandbox, f"http://{_PUBLIC}:{port}/v2/") == ""
    assert _get(f"http://{network['Gateway']}:{port}/v2/") == b"{}"
    said = said_to_a_download(sandbox, f"http://{network['Gateway']}:{port}/v2/")
    assert "connect:" in said, said


def test_a_run_is_stopped(sandbox: Sandbox) -> None:
    run = sandbox.runs.start("docker run --rm busybox sleep 1000", confirm=False)
    wait_until(lambda: any(each.state == "running" for each in sandbox.inventory().containers))
    sandbox.runs.stop(run.id)
    list(sandbox.runs.events(run.id))
    assert sandbox.runs.get(run.id).state is RunState.STOPPED
    wait_until(lambda: sandbox.inventory().containers == ())


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="NO docker-compose here")
def test_compose_works_over_tls(sandbox: Sandbox) -> None:
    file = b"services:\n  a:\n    image: busybox\n    command: sleep 1000\n"
    files = {"docker-compose.yaml": file}
    up = run_to_end(sandbox, "docker-compose up -d", files=files)
    assert up.exit_code == 0, up.stderr
    listed = run_to_end(sandbox, "docker-compose ps", files=files)
    assert "Up" in listed.stdout
    down = run_to_end(sandbox, "docker-compose down -t 1", files=files)
    assert down.exit_code == 0, down.stderr


def test_a_container_that_is_killed_is_brought_back(
    sandbox: Sandbox, engine: APIClient, settings: SandboxSettings
) -> None:
    run_to_end(sandbox, "docker volume create kept")
    engine.kill(_name(settings))
    assert "kept" in run_to_end(sandbox, "docker volume ls -q").stdout
    assert sandbox.status().state == "ready"


def test_what_a_crashed_server_left_is_taken_away(
    engine: APIClient, settings: SandboxSettings, tmp_path: Path
) -> None:
    own = replace(settings, state_dir=tmp_path)
    crashed, after = DindDriver(own), DindDriver(own)
    crashed.start()
    before = engine.inspect_container(_name(own))["Id"]
    after.start()
    assert engine.inspect_container(_name(own))["Id"] != before
    name = _name(own)
    after.reset()
    left = engine.containers(all=True, filters={"name": name})
    left += engine.networks(names=[name]) + engine.volumes({"name": name})["Volumes"]
    assert left == []


def test_a_reset_leaves_nothing_behind(
    sandbox: Sandbox, engine: APIClient, settings: SandboxSettings
) -> None:
    first = _name(settings)
    assert sandbox.reset().state == "ready"
    assert _name(settings) != first
    assert run_to_end(sandbox, "docker volume ls -q").stdout == ""
    assert [each["Names"] for each in engine.containers(all=True)] == [[f"/{_name(settings)}"]]
    assert [each["Name"] for each in engine.volumes()["Volumes"]] == [_name(settings)]
    custom = engine.networks(filters={"type": "custom"})
    assert [each["Name"] for each in custom] == [_name(settings)]


def test_no_egress_leaves_images_and_published_ports(
    sandbox: Sandbox, settings: SandboxSettings, mirror: str
) -> None:
    sandbox.stop()
    cut_off = Sandbox(replace(settings, egress="none"))
    try:
        assert _talk(cut_off, _PUBLIC, mirror.rpartition(":")[2]) == ""
        assert run_to_end(cut_off, "docker pull alpine").exit_code == 0
        run_to_end(cut_off, f"docker run -d --name web -p 8080:80 busybox {_OWN_PAGE}")
        (each,) = cut_off.inventory().containers
        wait_until(lambda: _get(each.ports[0].url) == b"published\n")
        assert run_to_end(cut_off, "docker rm -f web").exit_code == 0
    finally:
        cut_off.close()


def test_auto_takes_it_where_there_is_no_daemon_of_our_own(
    engine: APIClient, settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.sandbox import choose

    auto = replace(settings, mode="auto")
    assert choose_driver(auto).name == "managed"
    no_root = SandboxError("none", reason="needs_root")
    monkeypatch.setattr(choose, "why_not_managed", lambda: no_root)
    assert choose_driver(auto).name == "dind"
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert choose_driver(auto).name == "off"


def _talk(sandbox: Sandbox, address: str, port: str) -> str:
    """Return what a registry answers to a container's nonsense; nothing where it is not reached."""
    line = f"docker run --rm busybox sh -c 'echo nonsense | nc -w 5 {address} {port}'"
    return run_to_end(sandbox, line).stdout


def _links(sandbox: Sandbox) -> dict[str, str]:
    """Return container -> the link to its published port."""
    containers = sandbox.inventory().containers
    return {each.name: port.url for each in containers for port in each.ports}


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            body: bytes = answer.read()
            return body
    except OSError:
        return b""
