"""Hardening, and the second check."""

from __future__ import annotations

from typing import Any

import pytest

from kb.commands.actions import RunContainer
from kb.commands.limits import GIB, MIB, Limits, Rules
from kb.commands.plan import plan
from kb.commands.requests import check_body, create_body
from kb.commands.requests.hardening import harden_body
from kb.errors import CommandRefusedError
from tests.cases_files import load_jsonl


def body_of(text: str, **more: Any) -> dict[str, Any]:
    action = plan(text, confirmed=True).action
    assert isinstance(action, RunContainer)
    return dict(create_body(action.spec, host_ip="192.0.2.1", **more))


def test_every_container_is_held() -> None:
    host = body_of("docker run alpine")["HostConfig"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["CapDrop"] == ["ALL"]
    assert "NET_RAW" not in host["CapAdd"]
    assert "SYS_ADMIN" not in host["CapAdd"]
    assert host["Memory"] == host["MemorySwap"] == GIB
    assert host["PidsLimit"] == 512
    assert host["NanoCpus"] == 2 * 10**9
    assert host["ShmSize"] == 64 * MIB
    assert host["LogConfig"] == {
        "Type": "json-file",
        "Config": {"max-size": str(10 * MIB), "max-file": "1"},
    }
    assert host["Privileged"] is False
    assert host["IpcMode"] == "private"


def test_ports_are_bound_to_the_sandbox() -> None:
    host = body_of("docker run -p 0.0.0.0:8080:80 -p 90 nginx")["HostConfig"]
    assert host["PortBindings"] == {
        "80/tcp": [{"HostIp": "192.0.2.1", "HostPort": "8080"}],
        "90/tcp": [{"HostIp": "192.0.2.1", "HostPort": ""}],
    }


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        ("-m 900g", "Memory", GIB),
        ("-m 64m", "Memory", 64 * MIB),
        ("-m 64m --memory-swap -1", "MemorySwap", 64 * MIB),
        ("--pids-limit -1", "PidsLimit", 512),
        ("--pids-limit 10", "PidsLimit", 10),
        ("--shm-size 100g", "ShmSize", 64 * MIB),
        ("--cpus 99", "NanoCpus", 2 * 10**9),
        ("--cpus .25", "NanoCpus", 250_000_000),
        ("--restart always", "RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": 5}),
        ("--cap-drop ALL", "CapAdd", []),
        ("--cap-drop ALL --cap-add CHOWN", "CapAdd", ["CHOWN"]),
        ("--tmpfs /t:size=9g", "Tmpfs", {"/t": f"size={64 * MIB}"}),
        ("--mount type=tmpfs,target=/t", "Tmpfs", {"/t": f"size={64 * MIB}"}),
        ("--mount src=data,dst=/d,ro", "Binds", ["data:/d:ro"]),
    ],
)
def test_limits(options: str, key: str, value: object) -> None:
    body = body_of(f"docker run {options} alpine")
    check_body(body)
    assert body["HostConfig"][key] == value


def test_limits_of_the_installation_count() -> None:
    rules = Rules(limits=Limits(memory_bytes=256 * MIB, pids=50))
    action = plan("docker run -m 300m alpine", confirmed=True, rules=rules).action
    assert isinstance(action, RunContainer)
    body = create_body(action.spec, host_ip="192.0.2.1", rules=rules)
    assert body["HostConfig"]["Memory"] == 256 * MIB
    assert body["HostConfig"]["PidsLimit"] == 50
    check_body(body, rules=rules)
    with pytest.raises(CommandRefusedError):
        check_body(body, rules=Rules(limits=Limits(memory_bytes=128 * MIB)))


def test_labels_of_the_sandbox_are_added() -> None:
    body = body_of("docker run -l a=1 alpine", labels={"kb.run": "7"})
    assert body["Labels"] == {"a": "1", "kb.run": "7"}


def merge(body: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    host = {**body["HostConfig"], **change.get("HostConfig", {})}
    return {**body, **change, "HostConfig": host}


@pytest.mark.parametrize(
    "case", load_jsonl("commands/bodies.jsonl"), ids=lambda case: str(case["change"])[:60]
)
def test_the_second_check(case: dict[str, Any]) -> None:
    body = merge(body_of("docker run alpine"), case["change"])
    if case["allowed"]:
        check_body(body)
        return
    with pytest.raises(CommandRefusedError) as caught:
        check_body(body)
    assert caught.value.code == "body_not_allowed"
    assert case["names"] in caught.value.message


@pytest.mark.parametrize(
    "case",
    [c for c in load_jsonl("commands/bodies.jsonl") if c.get("hardened")],
    ids=lambda case: str(case["change"])[:60],
)
def test_hardening_does_not_hide_what_is_forbidden(case: dict[str, Any]) -> None:
    body = merge(body_of("docker run alpine"), case["change"])
    with pytest.raises(CommandRefusedError):
        check_body(harden_body(body, host_ip="192.0.2.1"))


@pytest.mark.parametrize("key", ["CapDrop", "SecurityOpt", "Memory", "PidsLimit", "LogConfig"])
def test_a_body_without_a_limit_is_refused_and_hardening_adds_it(key: str) -> None:
    body = body_of("docker run alpine")
    host = {k: v for k, v in body["HostConfig"].items() if k != key}
    bare = {**body, "HostConfig": host}
    with pytest.raises(CommandRefusedError, match=key):
        check_body(bare)
    check_body(harden_body(bare, host_ip="192.0.2.1"))


def test_hardening_moves_ports_to_the_sandbox() -> None:
    body = merge(
        body_of("docker run alpine"),
        {"HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}}},
    )
    hardened = harden_body(body, host_ip="192.0.2.1")
    host = hardened["HostConfig"]
    assert isinstance(host, dict)
    assert host["PortBindings"] == {"80/tcp": [{"HostIp": "192.0.2.1", "HostPort": "80"}]}
