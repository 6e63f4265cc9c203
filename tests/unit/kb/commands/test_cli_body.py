"""The real client and ours ask for the same container; what is refused is refused twice."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from kb.commands.actions import CreateContainer
from kb.commands.line.grammar import parse
from kb.commands.plan import plan
from kb.commands.requests import check_body, create_body
from kb.commands.requests.hardening import harden_body
from kb.errors import CommandRefusedError
from tests.cases_files import load_jsonl
from tests.unit.kb.commands.clients import CLIENTS, MISSING
from tests.unit.kb.commands.recording_daemon import RecordingDaemon, recording_daemon

pytestmark = pytest.mark.skipif(not CLIENTS, reason=MISSING)

OURS = frozenset(
    {
        "AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce", "OnBuild",
        "HostConfig.CapAdd", "HostConfig.CapDrop", "HostConfig.SecurityOpt",
        "HostConfig.LogConfig", "HostConfig.IpcMode", "HostConfig.MemorySwap",
        "HostConfig.ConsoleSize", "HostConfig.MemorySwappiness",
    }
)  # fmt: skip
"""What hardening decides, or what tells of the client's own terminal."""
UNORDERED = frozenset({"Env", "HostConfig.Binds"})
"""The older client sends these in any order."""
LIMITS = ("Memory", "NanoCpus", "PidsLimit", "ShmSize")
"""Put in where the command does not name them."""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingDaemon]:
    with recording_daemon(tmp_path_factory.mktemp("daemon")) as running:
        yield running


def flatten(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body's keys that say something, `HostConfig.` before those of the inner part."""
    flat = {key: value for key, value in body.items() if key != "HostConfig"}
    flat |= {f"HostConfig.{key}": value for key, value in body["HostConfig"].items()}
    endpoints = (flat.pop("NetworkingConfig", None) or {}).get("EndpointsConfig") or {}
    aliases = {name: (point or {}).get("Aliases") for name, point in endpoints.items()}
    flat["aliases"] = {name: names for name, names in aliases.items() if names}
    flat["HostConfig.RestartPolicy"] = _restart(flat.get("HostConfig.RestartPolicy"))
    flat["HostConfig.PortBindings"] = _ports(flat.get("HostConfig.PortBindings"))
    if flat.get("HostConfig.NetworkMode") == "bridge":
        flat["HostConfig.NetworkMode"] = "default"
    for key in UNORDERED & flat.keys():
        flat[key] = sorted(flat[key] or [])
    return {key: value for key, value in flat.items() if value and key not in OURS}


def _restart(policy: dict[str, Any] | None) -> tuple[str, int]:
    policy = policy or {}
    return (policy.get("Name") or "no", policy.get("MaximumRetryCount") or 0)


def _ports(bindings: dict[str, list[dict[str, str]]] | None) -> dict[str, list[str]]:
    return {port: [one["HostPort"] for one in bound] for port, bound in (bindings or {}).items()}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", load_jsonl("commands/create.jsonl"), ids=lambda c: c["text"])
def test_the_same_container(daemon: RecordingDaemon, client: str, case: dict[str, str]) -> None:
    action = plan(f"docker create {case['text']}", confirmed=True).action
    assert isinstance(action, CreateContainer)
    body = create_body(action.spec, host_ip="192.0.2.1", remove=action.remove)
    check_body(body)
    sent = daemon.create(client, shlex.split(case["text"]))
    assert sent is not None
    ours, theirs = flatten(dict(body)), flatten(sent)
    for limit in LIMITS:
        if f"HostConfig.{limit}" not in theirs:
            del ours[f"HostConfig.{limit}"]
    assert ours == theirs


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", load_jsonl("commands/create.jsonl"), ids=lambda c: c["text"])
def test_a_hardened_body_of_the_client_passes(
    daemon: RecordingDaemon, client: str, case: dict[str, str]
) -> None:
    sent = daemon.create(client, shlex.split(case["text"]))
    assert sent is not None
    with pytest.raises(CommandRefusedError):
        check_body(sent)
    check_body(harden_body(sent, host_ip="192.0.2.1"))


OVERRULED = frozenset(
    {
        "docker run --security-opt no-new-privileges=false alpine",
        "docker run --log-opt syslog-address=udp://1.2.3.4 alpine",
    }
)
"""Hardening puts its own value in the place of these."""
REFUSED = [
    case
    for case in load_jsonl("commands/verdicts.jsonl")
    if case["text"].startswith("docker run ")
    and case["verdict"] == "refuse"
    and case["text"] not in OVERRULED
    and case["code"]
    in {
        "privileged", "capability", "device", "host_namespace", "cgroup", "security_options",
        "runtime", "sysctl", "annotation", "out_of_memory", "realtime", "storage_options",
        "host_mount", "docker_socket", "mount_option", "volumes_from", "volume_driver",
        "log_driver", "host_gateway", "health_interval", "private_registry", "network_options",
    }
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: ascii(case["text"]))
def test_the_second_check_refuses_it_too(daemon: RecordingDaemon, case: dict[str, str]) -> None:
    """What the client would send for a refused line does not get past the body's check either."""
    words = [token.value for token in parse(case["text"]).tokens[2:]]
    sent = daemon.create(CLIENTS[-1], words)
    if sent is None:
        return  # the client itself does not send it
    with pytest.raises(CommandRefusedError) as caught:
        check_body(harden_body(sent, host_ip="192.0.2.1"))
    assert caught.value.code == "body_not_allowed"
