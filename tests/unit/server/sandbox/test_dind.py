"""The `dind` driver with an engine that only pretends."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kb.errors import SandboxError
from server.sandbox.connection import why_closed
from server.sandbox.dind import discovery
from server.sandbox.dind.body import EngineFacts, container_body, object_name
from server.sandbox.dind.discovery import candidate_addresses, find_host_engine
from server.sandbox.dind.driver import DindDriver, why_not_dind
from server.sandbox.dind.inside import dockerd_arguments, mirror_inside, start_script
from server.sandbox.dind.port_slots import SLOTS
from server.sandbox.egress import NOT_PUBLIC, Egress
from server.sandbox.identity import read_id
from server.sandbox.settings import SandboxLimits, SandboxSettings
from tests.unit.server.sandbox.fake_engine import ADDRESS, Container, FakeEngine, serve_engine
from tests.waiting import PATIENCE_S

SANDBOX_ID = "0123abcd-1111-2222-3333-444455556666"
FACTS = EngineFacts(os_type="linux", product="Debian", cpus=16, memory_bytes=1 << 40)
LIMITS = SandboxLimits(memory_bytes=1000, cpus=0.5, pids=10)
PORTS = {2376: 50001}


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    with serve_engine(tmp_path) as (fake, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        yield fake


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    return SandboxSettings(state_dir=tmp_path / "state", mode="dind", start_timeout_s=5)


@pytest.fixture
def driver(engine: FakeEngine, settings: SandboxSettings) -> DindDriver:
    return DindDriver(settings)


def test_the_container_is_asked_for_key_by_key(tmp_path: Path) -> None:
    settings = SandboxSettings(state_dir=tmp_path, limits=LIMITS, dind_image="image:1")
    assert container_body(settings, SANDBOX_ID, FACTS, ports=PORTS) == {
        "Image": "image:1",
        "User": "0",
        "Hostname": "sandbox",
        "Entrypoint": ["sh", "/kb-sandbox/start.sh"],
        "Cmd": dockerd_arguments(label=f"kb.sandbox={SANDBOX_ID}", mirror=""),
        "Labels": {"kb.sandbox": SANDBOX_ID},
        "ExposedPorts": {"2376/tcp": {}},
        "HostConfig": {
            "CapAdd": ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "MKNOD", "SETFCAP"],
            "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
            "CgroupnsMode": "private",
            "Mounts": [
                {"Type": "volume", "Source": "kb-sandbox-0123abcd", "Target": "/var/lib/docker"}
            ],
            "NetworkMode": "kb-sandbox-0123abcd",
            "PortBindings": {"2376/tcp": [{"HostIp": "127.0.0.1", "HostPort": "50001"}]},
            "ExtraHosts": [],
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
            "Memory": 1000,
            "MemorySwap": 1000,
            "NanoCpus": 500_000_000,
            "PidsLimit": 10,
        },
    }


def test_nothing_is_asked_for_that_the_engines_machine_lacks(tmp_path: Path) -> None:
    limits = SandboxLimits(memory_bytes=1 << 40, cpus=64)
    facts = EngineFacts(os_type="linux", product="", cpus=1, memory_bytes=4000)
    settings = SandboxSettings(state_dir=tmp_path, limits=limits)
    host: Any = container_body(settings, SANDBOX_ID, facts, ports=PORTS)["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (3000, 3000)
    assert host["NanoCpus"] <= 10**9


def test_dockerd_listens_behind_tls_alone() -> None:
    arguments = dockerd_arguments(label="kb.sandbox=1", mirror="")
    assert [each for each in arguments if each.startswith("--host")] == [
        "--host=tcp://0.0.0.0:2376"
    ]
    assert {"--tlsverify", "--label=kb.sandbox=1", "--no-new-privileges"} <= set(arguments)
    assert "--default-address-pool=base=10.214.0.0/16,size=24" in arguments
    assert not [each for each in arguments if "registry" in each]


@pytest.mark.parametrize(
    ("mirror", "inside"),
    [
        ("http://127.0.0.1:5000", "http://host.docker.internal:5000"),
        ("https://localhost", "https://host.docker.internal:443"),
        ("https://mirror.example/v2", "https://mirror.example/v2"),
        ("http://192.168.1.2:5000", "http://192.168.1.2:5000"),
    ],
)
def test_mirrors(tmp_path: Path, mirror: str, inside: str) -> None:
    assert mirror_inside(mirror) == inside
    arguments = dockerd_arguments(label="", mirror=mirror)
    assert f"--registry-mirror={inside}" in arguments
    trusted = [each for each in arguments if each.startswith("--insecure-registry")]
    assert bool(trusted) is mirror.startswith("http:")
    settings = SandboxSettings(state_dir=tmp_path, mirror=mirror)
    host: Any = container_body(settings, SANDBOX_ID, FACTS, ports=PORTS)["HostConfig"]
    assert (host["ExtraHosts"] == ["host.docker.internal:host-gateway"]) is (
        "host.docker.internal" in inside
    )


def test_the_script_is_shell_and_holds_the_reach() -> None:
    for egress in ("internet", "none"):
        done = subprocess.run(
            ["sh", "-n"],
            input=start_script(egress, "http://127.0.0.1:5000"),
            text=True,
            check=False,
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
    internet, none = start_script("internet", ""), start_script("none", "")
    containers = "-A DOCKER-USER -o eth0 -d"
    assert all(f"{containers} {block} " in internet for block in NOT_PUBLIC)
    assert "'!' -i eth0 -o eth0 -m conntrack --ctstate NEW -j REJECT" in none
    assert containers not in none


@pytest.mark.parametrize("egress", ["internet", "none"])
def test_the_daemon_itself_reaches_names_the_mirror_and_public_addresses(egress: Egress) -> None:
    script = start_script(egress, "http://127.0.0.1:5000")
    rules = [line for line in script.splitlines() if " OUTPUT " in line]
    assert all(any(f"-A OUTPUT -o eth0 -d {block} " in rule for rule in rules)
               for block in NOT_PUBLIC)  # fmt: skip
    assert sum("--dport 53 -j ACCEPT" in rule for rule in rules) == 2
    (mirror,) = (rule for rule in rules if "-I OUTPUT" in rule)
    assert "-d host.docker.internal --dport 5000 -j ACCEPT" in mirror
    assert "-I OUTPUT" not in start_script(egress, "")


def test_it_starts(driver: DindDriver, engine: FakeEngine, settings: SandboxSettings) -> None:
    endpoint = driver.start()
    sandbox_id = read_id(settings.sandbox_dir)
    name = object_name(sandbox_id)
    assert endpoint.label == f"kb.sandbox={sandbox_id}"
    assert endpoint.base_url.startswith("https://127.0.0.1:")
    assert (endpoint.ports_host, endpoint.port_links) == (ADDRESS, None)
    assert why_closed(endpoint.base_url, endpoint.tls) is None
    container = engine.containers[name]
    facts, port = find_host_engine().facts(), urlsplit(endpoint.base_url).port or 0
    assert container.body == container_body(settings, sandbox_id, facts, ports={2376: port})
    assert set(container.files) == {
        "kb-sandbox/start.sh", "kb-sandbox/ca.pem",
        "kb-sandbox/server.pem", "kb-sandbox/server-key.pem",
    }  # fmt: skip
    for places in (engine.networks, engine.volumes):
        assert [each["Labels"] for each in places.values()] == [{"kb.sandbox": sandbox_id}]
    assert driver.alive()
    driver.stop()


def test_files_are_in_before_it_starts_and_a_left_over_container_is_taken_away(
    driver: DindDriver, engine: FakeEngine, settings: SandboxSettings
) -> None:
    sandbox_id = read_id(settings.sandbox_dir)
    name = object_name(sandbox_id)
    engine.containers[name] = Container({"Labels": {"kb.sandbox": sandbox_id}})
    driver.start()
    assert engine.asked == [
        f"DELETE /containers/{name}",
        "POST /networks/create",
        "POST /volumes/create",
        "POST /containers/create",
        f"PUT /containers/{name}/archive",
        f"POST /containers/{name}/start",
    ]
    driver.stop()


def test_what_is_in_it_outlives_a_stop_and_not_a_reset(
    driver: DindDriver, engine: FakeEngine
) -> None:
    first = driver.start()
    driver.stop()
    assert not driver.alive()
    assert len(engine.containers) == 1
    again = driver.start()
    assert again.label == first.label
    assert engine.asked.count("POST /volumes/create") == 1
    driver.reset()
    assert (engine.containers, engine.networks, engine.volumes) == ({}, {}, {})
    assert driver.start().label != first.label
    driver.stop()


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_what_is_not_ours_is_left_alone(
    driver: DindDriver, engine: FakeEngine, settings: SandboxSettings, kind: str
) -> None:
    name = object_name(read_id(settings.sandbox_dir))
    if kind == "container":
        engine.containers[name] = Container({"Labels": None})
    else:
        places = engine.networks if kind == "network" else engine.volumes
        places[name] = {"Name": name, "Labels": {"kb.sandbox": "another"}}
    for act in (driver.start, driver.reset):
        with pytest.raises(SandboxError, match="is not the sandbox's"):
            act()
    assert engine.asked == []


@pytest.mark.parametrize(
    ("info", "said", "reason"),
    [
        ({"OSType": "windows"}, "needs Linux", "windows_containers"),
        ({"SecurityOptions": ["name=rootless"]}, "rootless", "rootless_engine"),
    ],
)
def test_an_engine_that_cannot(
    driver: DindDriver, engine: FakeEngine, info: dict[str, Any], said: str, reason: str
) -> None:
    engine.info |= info
    with pytest.raises(SandboxError, match=said) as raised:
        driver.start()
    assert raised.value.hint
    assert raised.value.reasons == (reason,)
    assert engine.asked == []


def test_on_docker_desktop_slots_are_published_on_the_loopback(
    driver: DindDriver, engine: FakeEngine
) -> None:
    engine.info["OperatingSystem"] = "Docker Desktop"
    endpoint = driver.start()
    (container,) = engine.containers.values()
    bindings = container.body["HostConfig"]["PortBindings"]
    assert set(bindings) == {"2376/tcp", *(f"{slot}/tcp" for slot in SLOTS)}
    hosts = [(each["HostIp"], int(each["HostPort"])) for (each,) in bindings.values()]
    assert {host for host, _ in hosts} == {"127.0.0.1"}
    assert len({port for _, port in hosts}) == len(bindings)
    assert endpoint.port_links is not None
    assert endpoint.port_links.reach([]) == {}
    driver.stop()


def test_a_missing_image_is_pulled(driver: DindDriver, engine: FakeEngine) -> None:
    engine.images.clear()
    driver.start()
    assert engine.images == {"docker:28-dind"}
    driver.stop()


def test_an_image_that_cannot_be_pulled_is_a_clear_error(
    driver: DindDriver, engine: FakeEngine
) -> None:
    engine.images.clear()
    engine.pull_error = "no route to the registry"
    with pytest.raises(SandboxError, match=r"docker:28-dind.*no route to the registry") as raised:
        driver.start()
    assert "KB_SANDBOX_DIND_IMAGE" in raised.value.hint
    assert engine.containers == {}


def test_a_container_that_ends_tells_its_last_words(driver: DindDriver, engine: FakeEngine) -> None:
    engine.dies = True
    engine.log = "starting\nfailed to start daemon: no iptables\nbye\n"
    with pytest.raises(SandboxError, match="failed to start daemon: no iptables"):
        driver.start()
    assert not driver.alive()


def test_a_container_that_ends_later_is_seen(driver: DindDriver, engine: FakeEngine) -> None:
    driver.start()
    engine.close()
    assert not driver.alive()


def test_an_engine_that_refuses_is_quoted(engine: FakeEngine, driver: DindDriver) -> None:
    host = find_host_engine()
    with pytest.raises(SandboxError, match="your Docker Engine refused: no such thing"):
        host.start("nothing")
    host.stop("nothing")
    host.remove("container", "nothing")
    assert host.inspect("nothing") is None


def test_the_users_engine_is_found(engine: FakeEngine) -> None:
    assert why_not_dind() is None


def test_no_engine_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    reason = why_not_dind()
    assert reason is not None
    assert "none.sock" in reason.message
    assert "Docker Desktop" in reason.hint


@pytest.mark.parametrize("host", ["tcp://10.0.0.5:2375", "ssh://me@elsewhere"])
def test_an_engine_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(SandboxError, match="on another machine"):
        find_host_engine()


def test_an_engine_that_hangs_is_given_up_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "hangs.sock"))
        server.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/hangs.sock")
        began = time.monotonic()
        assert why_not_dind() is not None
        assert time.monotonic() - began < PATIENCE_S


def test_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    desktop = tmp_path / ".docker/desktop/docker.sock"
    desktop.parent.mkdir(parents=True)
    desktop.touch()
    assert f"unix://{desktop}" in candidate_addresses()
    assert f"unix://{tmp_path}/.colima/default/docker.sock" not in candidate_addresses()
    monkeypatch.setattr(discovery.sys, "platform", "win32")  # type: ignore[attr-defined]
    assert candidate_addresses()[0] == "npipe:////./pipe/docker_engine"


def test_two_askers_at_once(driver: DindDriver) -> None:
    """The watch and a command ask whether it is alive, each from its own thread."""
    driver.start()
    seen: list[bool] = []
    threads = [threading.Thread(target=lambda: seen.append(driver.alive())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 4
    driver.stop()
