"""The container in which the daemon runs, as the engine is asked for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.sandbox.dind.inside import ENGINE_ALIAS, SCRIPT, dockerd_arguments
from server.sandbox.egress import loopback_mirror
from server.sandbox.identity import label_of, short_sandbox_id
from server.sandbox.settings import SandboxSettings

LABEL_KEY = "kb.sandbox"
CAPABILITIES = ("SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "MKNOD", "SETFCAP")
"""What dockerd needs, an ordinary container's own named too; far from what `--privileged` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the user's engine tells of itself."""

    os_type: str
    """`linux`, or `windows` where Docker Desktop runs Windows containers."""
    product: str
    """The operating system's name; `Docker Desktop` is one."""
    cpus: int
    memory_bytes: int
    rootless: bool = False


def object_name(sandbox_id: str) -> str:
    """Return the name of the sandbox's container, volume and network."""
    return f"kb-sandbox-{short_sandbox_id(sandbox_id)}"


def container_body(
    settings: SandboxSettings, sandbox_id: str, facts: EngineFacts, *, ports: Mapping[int, int]
) -> Mapping[str, object]:
    """Return the body of the request that creates the container (Engine API, "ContainerCreate").

    Args:
        settings: What it may take.
        sandbox_id: Names and labels it.
        facts: What the engine has.
        ports: Its port -> the port of the machine's loopback at which it is published.
    """
    name = object_name(sandbox_id)
    return {
        "Image": settings.dind_image,
        "User": "0",
        "Hostname": "sandbox",
        "Entrypoint": ["sh", SCRIPT],
        "Cmd": dockerd_arguments(label=label_of(sandbox_id), mirror=settings.mirror),
        "Labels": {LABEL_KEY: sandbox_id},
        "ExposedPorts": {port_key(port): {} for port in ports},
        "HostConfig": {
            "CapAdd": list(CAPABILITIES),
            "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
            "CgroupnsMode": "private",
            "Mounts": [{"Type": "volume", "Source": name, "Target": "/var/lib/docker"}],
            "NetworkMode": name,
            "PortBindings": {
                port_key(port): [{"HostIp": "127.0.0.1", "HostPort": str(outside)}]
                for port, outside in ports.items()
            },
            "ExtraHosts": _extra_hosts(settings.mirror),
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
            **_limits(settings, facts),
        },
    }


def port_key(port: int) -> str:
    """Return how the engine names a TCP port of a container."""
    return f"{port}/tcp"


def _limits(settings: SandboxSettings, facts: EngineFacts) -> Mapping[str, int]:
    """Return the limits, none above what the engine's machine has."""
    limits = settings.limits
    memory_bytes = min(limits.memory_bytes, facts.memory_bytes * 3 // 4 or limits.memory_bytes)
    cpus = min(limits.usable_cpus, facts.cpus or limits.usable_cpus)
    return {
        "Memory": memory_bytes,
        "MemorySwap": memory_bytes,
        "NanoCpus": int(cpus * 10**9),
        "PidsLimit": limits.pids,
    }


def _extra_hosts(mirror: str) -> list[str]:
    return [f"{ENGINE_ALIAS}:host-gateway"] if loopback_mirror(mirror) else []
