"""The daemon's life: started, found dead, brought back, reset, ended; and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import SandboxError
from kb.model import RunState
from server.sandbox.driver import Endpoint
from server.sandbox.external import ExternalDriver
from server.sandbox.service import Sandbox
from server.sandbox.settings import RunLimits
from tests.docker.fixtures import require_daemon, run_to_end, sandbox_settings
from tests.processes import find_processes
from tests.waiting import wait_until

pytestmark = pytest.mark.docker


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    require_daemon()
    sandbox = Sandbox(sandbox_settings(tmp_path))
    yield sandbox
    sandbox.close()
    assert _leftovers(tmp_path) == []


def test_it_starts_with_an_image_of_its_own_and_no_internet(own_sandbox: Sandbox) -> None:
    assert own_sandbox.status().state == "off"
    assert own_sandbox.inventory().images == ()
    run = run_to_end(own_sandbox, "docker run --rm busybox echo hello")
    assert (run.stdout, run.stderr, run.exit_code) == ("hello\n", "", 0)
    status = own_sandbox.status()
    assert (status.state, status.driver) == ("ready", "managed")
    assert status.engine.startswith("Docker ")


def test_start_without_waiting(own_sandbox: Sandbox) -> None:
    assert own_sandbox.start(wait=False).state in {"starting", "ready"}
    wait_until(lambda: own_sandbox.status().state == "ready")


def test_what_is_in_it_outlives_a_stop_and_not_a_reset(own_sandbox: Sandbox) -> None:
    run_to_end(own_sandbox, "docker volume create kept")
    first = own_sandbox.engine().endpoint.label
    own_sandbox.stop()
    assert own_sandbox.status().state == "off"
    assert "kept" in run_to_end(own_sandbox, "docker volume ls -q").stdout
    assert own_sandbox.engine().endpoint.label == first
    assert own_sandbox.reset().state == "ready"
    assert run_to_end(own_sandbox, "docker volume ls -q").stdout == ""
    assert own_sandbox.engine().endpoint.label != first


def test_a_daemon_that_dies_is_told_and_brought_back(own_sandbox: Sandbox) -> None:
    run = own_sandbox.runs.start("docker run --name long busybox sleep 1000", confirm=False)
    wait_until(lambda: any(each.state == "running" for each in own_sandbox.inventory().containers))
    os.kill(_dockerd_of(own_sandbox), signal.SIGKILL)
    list(own_sandbox.runs.events(run.id))
    ended = own_sandbox.runs.get(run.id)
    assert ended.state is RunState.FAILED
    assert "the sandbox daemon went away" in ended.stderr
    again = run_to_end(own_sandbox, "docker ps -aq --filter name=long")
    assert again.exit_code == 0
    assert len(again.stdout) == 13
    assert own_sandbox.status().state == "ready"


def test_a_daemon_that_dies_unused_is_brought_back_too(own_sandbox: Sandbox) -> None:
    own_sandbox.start()
    words = f"--label={own_sandbox.engine().endpoint.label}"
    (first,) = find_processes(words)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: find_processes(words) not in ([], [first]))
    wait_until(lambda: own_sandbox.status().state == "ready")
    assert first not in find_processes(words)
    assert run_to_end(own_sandbox, "docker version").exit_code == 0


def test_two_servers_do_not_share_a_sandbox(own_sandbox: Sandbox, tmp_path: Path) -> None:
    own_sandbox.start()
    second = Sandbox(sandbox_settings(tmp_path))
    with pytest.raises(SandboxError, match="another server"):
        second.start()
    assert second.status().state == "unavailable"
    second.close()
    assert run_to_end(own_sandbox, "docker version").exit_code == 0


def test_everything_ends_with_the_server(tmp_path: Path) -> None:
    """A server that is killed has no time to tidy; the supervisor sees it and does."""
    require_daemon()
    process = _server_process(tmp_path)
    assert _leftovers(tmp_path) != []
    process.kill()
    process.wait()
    _close(process)
    wait_until(lambda: _leftovers(tmp_path) == [])


def test_a_killed_supervisor_takes_the_daemon_with_it_and_the_next_start_tidies(
    tmp_path: Path,
) -> None:
    require_daemon()
    process = _server_process(tmp_path)
    (supervisor,) = find_processes("server.sandbox.managed.supervisor", parent=process.pid)
    os.kill(supervisor, signal.SIGKILL)
    process.kill()
    process.wait()
    _close(process)
    wait_until(lambda: not find_processes(str(_sandbox_id(tmp_path))))
    sandbox = Sandbox(sandbox_settings(tmp_path))
    try:
        assert run_to_end(sandbox, "docker run --rm busybox echo again").stdout == "again\n"
    finally:
        sandbox.close()
    assert _leftovers(tmp_path) == []


def test_a_run_past_its_time_is_stopped(tmp_path: Path) -> None:
    require_daemon()
    sandbox = Sandbox(sandbox_settings(tmp_path, run_limits=RunLimits(time_s=4)))
    try:
        sandbox.start()
        run = run_to_end(sandbox, "docker run --rm busybox sleep 1000")
        assert run.state is RunState.STOPPED
        assert "longer than 4 seconds" in run.stderr
    finally:
        sandbox.close()


def test_output_past_the_limit_is_cut(tmp_path: Path) -> None:
    require_daemon()
    sandbox = Sandbox(sandbox_settings(tmp_path, run_limits=RunLimits(output_bytes=10_000)))
    try:
        run = run_to_end(sandbox, "docker run --rm busybox sh -c 'yes | head -c 1000000'")
        assert run.truncated
        assert run.exit_code == 0
        assert len(run.stdout) == 10_000
        assert "output cut after 10,000 bytes" in run.stderr
    finally:
        sandbox.close()


def test_the_audit_log_tells_who_ran_what(own_sandbox: Sandbox, tmp_path: Path) -> None:
    run_to_end(own_sandbox, "docker run --rm busybox true")
    (line,) = (tmp_path / "durable" / "runs.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert (record["who"], record["text"]) == ("test", "docker run --rm busybox true")
    assert record["exit_code"] == 0
    assert record["body"]["create"]["HostConfig"]["Privileged"] is False


def test_an_external_daemon_with_the_label_is_taken(own_sandbox: Sandbox, tmp_path: Path) -> None:
    own_sandbox.start()
    host = own_sandbox.engine().endpoint.base_url
    settings = sandbox_settings(tmp_path / "other", mode="external", host=host)
    other = Sandbox(settings)
    try:
        assert other.start().driver == "external"
        assert run_to_end(other, "docker run --rm busybox echo there").stdout == "there\n"
        with pytest.raises(SandboxError, match="reset where it runs"):
            other.reset()
    finally:
        other.close()
    assert run_to_end(own_sandbox, "docker version").exit_code == 0


def test_a_daemon_without_the_label_is_refused(own_sandbox: Sandbox, tmp_path: Path) -> None:
    own_sandbox.start()
    endpoint = own_sandbox.engine().endpoint
    driver = _Mislabelled(endpoint.base_url)
    other = Sandbox(sandbox_settings(tmp_path / "other"), driver=driver)
    with pytest.raises(SandboxError, match="it is not the sandbox"):
        other.start()
    assert other.status().state == "unavailable"
    other.close()


class _Mislabelled(ExternalDriver):
    def start(self) -> Endpoint:
        return replace(super().start(), label="kb.sandbox=another")


_SERVER = """
import sys
from pathlib import Path
from server.sandbox.service import Sandbox
from tests.docker.fixtures import sandbox_settings
Sandbox(sandbox_settings(Path(sys.argv[1]))).start()
print("started", flush=True)
sys.stdin.read()
"""


def _server_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _sandbox_id(folder: Path) -> str:
    return (folder / "sandbox" / "id").read_text().strip()


def _leftovers(folder: Path) -> list[str]:
    """Return what of a sandbox is to be seen on this machine: network, rules, groups, files."""
    short = _sandbox_id(folder).replace("-", "")[:8]
    found = [str(path) for path in Path("/run/kb-sandbox").glob(f"{short}*")]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/kb-sandbox-{short}")]
    for command in (["ip", "link"], ["iptables", "-S"], ["iptables", "-t", "nat", "-S"]):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found += [line for line in said.splitlines() if short in line]
    image = str(folder / "sandbox" / "data.img")
    loops = subprocess.run(["losetup", "-a"], capture_output=True, text=True, check=True).stdout
    return found + [line for line in loops.splitlines() if image in line]


def _dockerd_of(sandbox: Sandbox) -> int:
    label = sandbox.engine().endpoint.label
    return find_processes(f"--label={label}")[0]
