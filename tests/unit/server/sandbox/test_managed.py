"""The parts of the managed driver that need no rights."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest

from kb.errors import SandboxError
from server.sandbox.egress import NOT_PUBLIC, loopback_mirror
from server.sandbox.managed import init
from server.sandbox.managed.cgroups import ControlGroup
from server.sandbox.managed.config import InitOrder, SupervisorConfig, Wiring
from server.sandbox.managed.network import (
    FALLBACK_RESOLVERS,
    pick_link,
    private_mirror,
    read_resolvers,
)
from server.sandbox.settings import SandboxLimits, SandboxSettings

CONFIG = SupervisorConfig(
    sandbox_id="0123abcd-1111-2222-3333-444455556666",
    data_dir="/data",
    run_dir="/run/kb-sandbox/0123abcd1111",
    dockerd="/usr/sbin/dockerd",
    owner_uid=1,
    owner_gid=2,
    memory_bytes=1000,
    cpus=1.5,
    pids=10,
    disk_bytes=0,
)
WIRING = Wiring(
    host_ip="10.213.0.1", sandbox_ip="10.213.0.2", prefix=30, resolvers=("9.9.9.9",),
)  # fmt: skip


def test_orders_survive_the_pipe() -> None:
    order = InitOrder(config=CONFIG, wiring=WIRING, cgroup_parent="g")
    assert InitOrder.from_json(order.to_json()) == order
    assert SupervisorConfig.from_json(CONFIG.to_json()) == CONFIG
    assert "\n" not in order.to_json()


def test_a_wrong_configuration_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a supervisor's configuration"):
        SupervisorConfig.from_json(json.dumps({"sandbox_id": "x"}))
    with pytest.raises(ValueError):
        SupervisorConfig.from_json("nonsense")


def test_a_socket_path_is_short_enough() -> None:
    assert len(CONFIG.socket_path.encode()) < 108


def test_every_address_that_is_not_global_is_in_a_block() -> None:
    blocks = [ipaddress.IPv4Network(block) for block in NOT_PUBLIC]
    for text in (
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ):  # fmt: skip
        assert any(ipaddress.IPv4Address(text) in block for block in blocks), text
    for text in ("1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.167.1.1", "11.0.0.1"):
        assert not any(ipaddress.IPv4Address(text) in block for block in blocks), text


def test_the_link_overlaps_nothing_in_use() -> None:
    first = pick_link("00000000", [])
    assert pick_link("00000000", []) == first
    used = [ipaddress.IPv4Network("10.0.0.0/8")]
    host, sandbox = pick_link("00000000", used)
    assert not host.startswith("10.")
    assert int(ipaddress.IPv4Address(sandbox)) - int(ipaddress.IPv4Address(host)) == 1
    with pytest.raises(SandboxError):
        pick_link("00000000", [ipaddress.IPv4Network("0.0.0.0/0")])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nameserver 10.0.0.53\n", ("10.0.0.53",)),
        ("nameserver 127.0.0.53\n", FALLBACK_RESOLVERS),
        ("nameserver 127.0.0.53\nnameserver 10.1.1.1\n# x\noptions a\n", ("10.1.1.1",)),
        ("nameserver ::1\nnameserver\n", FALLBACK_RESOLVERS),
        ("nameserver 1.1.1.1\n" * 5, ("1.1.1.1",) * 3),
        ("", FALLBACK_RESOLVERS),
    ],
)
def test_resolvers(tmp_path: Path, text: str, found: tuple[str, ...]) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(text)
    assert read_resolvers([tmp_path / "none", path]) == found


def test_mirrors() -> None:
    assert loopback_mirror("http://127.0.0.1:5000") == 5000
    assert loopback_mirror("https://localhost") == 443
    assert loopback_mirror("https://mirror.example") == 0
    assert loopback_mirror("") == 0
    assert private_mirror("http://192.168.1.5:5000") == ("192.168.1.5", 5000)
    assert private_mirror("http://127.0.0.1:5000") == ("", 0)
    assert private_mirror("https://8.8.8.8") == ("", 0)
    assert private_mirror("") == ("", 0)


def test_containers_may_ask_resolvers_and_nobody_else_private() -> None:
    rules = init.container_rules(WIRING, "internet")
    assert rules[0][:4] == ("-o", "eth0", "-d", "9.9.9.9")
    assert rules[-1] == ("-j", "RETURN")
    assert {rule[3] for rule in rules[2:-1]} == set(NOT_PUBLIC)


def test_no_egress_rejects_everything_new() -> None:
    first, last = init.container_rules(WIRING, "none")
    assert "REJECT" in first
    assert "NEW" in first
    assert "-d" not in first
    assert last == ("-j", "RETURN")


def test_dockerd_is_told_where_to_live() -> None:
    command = init.dockerd_command(InitOrder(config=CONFIG, wiring=WIRING, cgroup_parent="g"))
    assert command[0] == "/usr/sbin/dockerd"
    assert "--host=unix:///run/kb-sandbox/0123abcd1111/docker.sock" in command
    assert f"--label=kb.sandbox={CONFIG.sandbox_id}" in command
    assert "--cgroup-parent=/g" in command
    assert "--ip=10.213.0.2" in command
    assert not [word for word in command if "mirror" in word or "tcp://" in word]


def test_groups_of_version_two(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").touch()
    group = ControlGroup(CONFIG, tmp_path)
    group.create()
    folder = tmp_path / "kb-sandbox-0123abcd"
    assert (folder / "memory.max").read_text() == "1000"
    assert (folder / "cpu.max").read_text() == "150000 100000"
    assert (folder / "pids.max").read_text() == "10"
    group.join(42)
    assert (folder / "daemon" / "cgroup.procs").read_text() == "42"


def test_groups_of_version_one(tmp_path: Path) -> None:
    for name in ("memory", "cpu", "pids", "devices"):
        (tmp_path / name).mkdir()
    group = ControlGroup(CONFIG, tmp_path)
    group.create()
    name = "kb-sandbox-0123abcd"
    assert (tmp_path / "memory" / name / "memory.limit_in_bytes").read_text() == "1000"
    assert (tmp_path / "cpu" / name / "cpu.cfs_quota_us").read_text() == "150000"
    assert not (tmp_path / "devices" / name).exists()
    group.join(42)
    assert (tmp_path / "pids" / name / "daemon" / "cgroup.procs").read_text() == "42"


def test_no_container_gets_more_than_the_sandbox(tmp_path: Path) -> None:
    limits = SandboxLimits(memory_bytes=1000, cpus=0.5, pids=7)
    rules = SandboxSettings(state_dir=tmp_path, limits=limits).rules
    assert rules.limits.memory_bytes == 1000
    assert rules.limits.nano_cpus == 500_000_000
    assert rules.limits.pids == 7
