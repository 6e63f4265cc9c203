"""How much a container of the sandbox may take, and what it may never do."""

from __future__ import annotations

from dataclasses import dataclass, field

MIB = 1024**2
GIB = 1024**3

KEPT_CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
"""What images such as postgres need to give up root by themselves; the daemon's other defaults
(raw sockets, device nodes, the audit log) are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one container gets; a command may ask for less."""

    memory_bytes: int = GIB
    nano_cpus: int = 2 * 10**9
    pids: int = 512
    shm_bytes: int = 64 * MIB
    tmpfs_bytes: int = 64 * MIB
    log_bytes: int = 10 * MIB
    restart_retries: int = 5
    open_files: int = 1024 * 1024
    published_ports: int = 64
    """The most ports that one command publishes."""
    health_interval_ns: int = 10**9
    """The least time between two health checks."""
    stop_timeout_s: int = 60
    capabilities: tuple[str, ...] = KEPT_CAPABILITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the policy needs to know about this installation."""

    limits: Limits = field(default_factory=Limits)
    reserved_ports: frozenset[int] = frozenset({8765})
    """Ports of the server itself, which no container may take."""
    label_prefix: str = "kb."
    """Labels that only the sandbox itself may set."""
    absent_compose: str = ""
    """`docker-compose` or `docker compose`, where this machine has the other alone; else empty."""


DEFAULT_RULES = Rules()
