"""What a container and the daemon can reach, see and use up."""

from __future__ import annotations

import secrets
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.sandbox.egress import NOT_PUBLIC
from server.sandbox.service import Sandbox
from tests.docker.fixtures import run_to_end, said_to_a_download, sandbox_settings

pytestmark = pytest.mark.docker

PUBLIC, PRIVATE, METADATA = "45.67.89.10", "192.168.213.77", "169.254.169.254"
_PORT = 7777
_BUSYBOX_NC = ("/bin/busybox", "nc", "-ll")


@pytest.fixture(scope="module")
def outside() -> Iterator[None]:
    """A network beyond this machine with a server at a public, a private and a metadata address."""
    name = f"kbt{secrets.token_hex(3)}"
    namespace = ("ip", "netns", "exec", name)
    _tool("ip", "netns", "add", name)
    try:
        _tool("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _tool("ip", "address", "add", "10.250.77.1/30", "dev", name)
        _tool("ip", "link", "set", name, "up")
        _tool(*namespace, "ip", "address", "add", "10.250.77.2/30", "dev", "eth0")
        _tool(*namespace, "ip", "link", "set", "eth0", "up")
        _tool(*namespace, "ip", "link", "set", "lo", "up")
        _tool(*namespace, "ip", "route", "add", "default", "via", "10.250.77.1")
        for address in (PUBLIC, PRIVATE, METADATA):
            _tool(*namespace, "ip", "address", "add", f"{address}/32", "dev", "lo")
            _tool("ip", "route", "add", f"{address}/32", "via", "10.250.77.2")
        server = [*_BUSYBOX_NC, "-p", str(_PORT), "-e", "/bin/busybox", "echo", "reached"]
        with subprocess.Popen([*namespace, *server]) as process:
            try:
                _await_server()
                yield
            finally:
                process.terminate()
    finally:
        _tool("ip", "netns", "delete", name)
        subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)


def test_containers_reach_public_addresses_and_no_others(
    live_sandbox: Sandbox, outside: None
) -> None:
    assert _talk(live_sandbox, PUBLIC, _PORT) == "reached\n"
    for address in (PRIVATE, METADATA, "10.250.77.2"):
        assert _talk(live_sandbox, address, _PORT) == "", address


def test_the_daemon_itself_reaches_public_addresses_and_no_others(
    live_sandbox: Sandbox, outside: None
) -> None:
    """A build that the policy refuses, sent past it straight to the daemon."""
    assert "malformed HTTP" in said_to_a_download(live_sandbox, f"http://{PUBLIC}:{_PORT}/")
    with _listener() as port:
        places = [f"{PRIVATE}:{_PORT}", f"{METADATA}:{_PORT}", f"10.250.77.2:{_PORT}"]
        places += [f"{address}:{port}" for address in _own_addresses()]
        # Each waits for half a minute in vain, so they wait together.
        with ThreadPoolExecutor(len(places)) as pool:
            heard = pool.map(
                lambda place: said_to_a_download(live_sandbox, f"http://{place}/"), places
            )
        for place, said in zip(places, heard, strict=True):
            assert "connect:" in said or "i/o timeout" in said, (place, said)


def test_this_machine_is_not_reached(live_sandbox: Sandbox, outside: None) -> None:
    endpoint = live_sandbox.engine().endpoint
    with _listener() as port:
        assert _reached_from_here("127.0.0.1", port)
        for address in (*_own_addresses(), "172.17.0.1", endpoint.ports_host):
            assert _talk(live_sandbox, address, port) == "", address


def test_the_mirror_is_for_the_daemon_alone(live_sandbox: Sandbox, registry_mirror: str) -> None:
    port = int(registry_mirror.rpartition(":")[2])
    assert run_to_end(live_sandbox, "docker pull redis").exit_code == 0
    for address in ("127.0.0.1", "172.17.0.1", *_own_addresses()):
        assert _talk(live_sandbox, address, port) == "", address


def test_without_egress_nothing_is_reached_but_images_and_ports_are(
    registry_mirror: str, outside: None, tmp_path: Path
) -> None:
    sandbox = Sandbox(sandbox_settings(tmp_path, mirror=registry_mirror, egress="none"))
    try:
        sandbox.start()
        assert _talk(sandbox, PUBLIC, _PORT) == ""
        assert run_to_end(sandbox, "docker pull alpine").exit_code == 0
        made = "docker run -d -p 8099:80 busybox nc -ll -p 80 -e echo inside"
        assert run_to_end(sandbox, made).exit_code == 0
        address = sandbox.engine().endpoint.ports_host
        assert _read_from_here(address, 8099) == b"inside\n"
    finally:
        sandbox.close()


def test_no_file_of_this_machine_is_in_the_daemons_root(
    live_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Even with everything that the policy refuses, sent past it straight to the daemon."""
    canary = tmp_path / "canary"
    canary.write_text("secret")
    endpoint = live_sandbox.engine().endpoint.base_url
    look = f"hostname; ls /host/bin/sh; cat /host{canary}; ls /host/home /host/etc/shadow; ps"
    command = ["docker", "-H", endpoint, "run", "--rm", "--cap-add=SYS_ADMIN", "--userns=host",
               "--security-opt=seccomp=unconfined", "--pid=host", "--network=host", "--uts=host",
               "-v", "/:/host", "busybox", "sh", "-c", look]  # fmt: skip
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    assert seen.stdout.startswith("sandbox\n/host/bin/sh\n")
    assert "secret" not in seen.stdout
    assert f"can't open '/host{canary}'" in seen.stderr
    assert "/host/home: No such file" in seen.stderr
    assert "/host/etc/shadow: No such file" in seen.stderr
    assert "dockerd" in seen.stdout
    assert "docker-registry" not in seen.stdout  # a process of this machine


def test_a_privileged_container_cannot_even_start(live_sandbox: Sandbox) -> None:
    """The daemon itself has lost rights that such a container would get."""
    endpoint = live_sandbox.engine().endpoint.base_url
    command = ["docker", "-H", endpoint, "run", "--rm", "--privileged", "--userns=host", "busybox"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 125
    assert "operation not permitted" in done.stderr


def test_the_socket_is_the_owners_alone(live_sandbox: Sandbox) -> None:
    path = Path(live_sandbox.engine().endpoint.base_url.removeprefix("unix://"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_root_in_a_container_is_nobody_outside(live_sandbox: Sandbox) -> None:
    run = run_to_end(live_sandbox, "docker run --rm busybox cat /proc/self/uid_map")
    inside, outside_id, _ = run.stdout.split()
    assert inside == "0"
    assert int(outside_id) >= 100_000


def test_containers_have_few_rights(live_sandbox: Sandbox) -> None:
    run = run_to_end(live_sandbox, "docker run --rm busybox cat /proc/self/status")
    fields = dict(line.split(":\t", 1) for line in run.stdout.splitlines() if ":\t" in line)
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert not int(fields["CapBnd"], 16) & (1 << 21 | 1 << 12 | 1 << 13 | 1 << 27)


def test_a_fork_bomb_ends_and_the_sandbox_lives(live_sandbox: Sandbox) -> None:
    bomb = "docker run --rm --name bomb busybox sh -c 'f() { f | f & f; }; f'"
    run = live_sandbox.runs.start(bomb, confirm=False)
    threading.Event().wait(3)
    assert run_to_end(live_sandbox, "docker version").exit_code == 0
    live_sandbox.runs.stop(run.id)
    list(live_sandbox.runs.events(run.id))
    run_to_end(live_sandbox, "docker rm -f bomb")
    assert run_to_end(live_sandbox, "docker run --rm busybox echo alive").stdout == "alive\n"


def test_memory_past_the_limit_is_killed(live_sandbox: Sandbox) -> None:
    text = "docker run --rm -m 32m busybox sh -c 'tail /dev/zero'"
    assert run_to_end(live_sandbox, text).exit_code == 137


def test_a_full_disk_is_the_sandboxs_own(live_sandbox: Sandbox) -> None:
    text = "docker run --rm busybox dd if=/dev/zero of=/full bs=1M count=2000"
    run = run_to_end(live_sandbox, text)
    assert run.exit_code == 1
    assert "No space left on device" in run.stderr
    assert run_to_end(live_sandbox, "docker run --rm busybox echo alive").stdout == "alive\n"


def test_every_range_that_is_not_public_is_rejected() -> None:
    rules = subprocess.run(["iptables", "-S"], capture_output=True, text=True, check=True).stdout
    forward = [line for line in rules.splitlines() if line.startswith("-A KB-FW-")]
    for block in NOT_PUBLIC:
        assert any(f"-d {block} " in line and "REJECT" in line for line in forward), block


def _talk(sandbox: Sandbox, address: str, port: int) -> str:
    text = f"docker run --rm busybox nc -w 2 {address} {port}"
    return run_to_end(sandbox, text).stdout


def _own_addresses() -> list[str]:
    done = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    return [word for word in done.stdout.split() if ":" not in word]


@contextmanager
def _listener() -> Iterator[int]:
    with socket.create_server(("0.0.0.0", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.sendall(b"host reached\n")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


def _reached_from_here(address: str, port: int) -> bool:
    return _read_from_here(address, port) == b"host reached\n"


def _read_from_here(address: str, port: int) -> bytes:
    with socket.create_connection((address, port), timeout=5) as connection:
        return connection.recv(100)


def _await_server() -> None:
    for _ in range(100):
        try:
            assert _read_from_here(PUBLIC, _PORT) == b"reached\n"
            return
        except OSError:
            threading.Event().wait(0.05)
    pytest.fail("the server beyond did not start")


def _tool(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
