"""What the sandbox is told from outside: where it lives, how far it reaches, how much it takes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from kb.commands.limits import Limits, Rules
from server.sandbox.egress import Egress

SandboxMode = Literal["auto", "managed", "dind", "external", "off"]

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What the whole sandbox, daemon and containers together, may take of the machine."""

    memory_bytes: int = 4 * _GIB
    cpus: float = 0.0
    """Cores; 0 means all but a quarter of one."""
    pids: int = 4096
    disk_bytes: int = 20 * _GIB
    """Size of the file system that holds images, containers and volumes; 0 means no limit."""

    @property
    def usable_cpus(self) -> float:
        """The cores that the sandbox gets; a container's share may not be more (cgroup v1)."""
        cores = os.cpu_count() or 1
        return min(self.cpus, cores) if self.cpus > 0 else cores - 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """What one run may take."""

    time_s: float = 3600.0
    """A run that lasts longer is stopped, and says so."""
    output_bytes: int = 4 * _MIB
    """Output past this is cut, and the run says so; the command itself goes on."""
    parallel_runs: int = 8
    kept_runs: int = 200
    """How many ended runs stay readable."""
    kept_bytes: int = 64 * _MIB
    """How much output of all runs together stays readable."""
    stored_chars: int = 64 * 1024
    """How much of a run's output outlives the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Everything the sandbox needs to know."""

    state_dir: Path
    """The state folder; the daemon's data goes to `sandbox/` in it."""
    mode: SandboxMode = "auto"
    host: str = ""
    """Address of an `external` daemon (`unix:///…`, `tcp://…`)."""
    mirror: str = ""
    """URL of a registry mirror that the daemon asks first."""
    dind_image: str = "docker:28-dind"
    """The image with a dockerd, for the driver `dind`."""
    egress: Egress = "internet"
    """Whether containers reach public addresses."""
    limits: SandboxLimits = field(default_factory=SandboxLimits)
    run_limits: RunLimits = field(default_factory=RunLimits)
    reserved_ports: frozenset[int] = frozenset({8765})
    """Ports of this server, which no container may take."""
    start_timeout_s: float = 90.0
    audit_path: Path | None = None
    """Where runs are recorded; None means `durable/runs.jsonl` in the state folder."""

    @property
    def rules(self) -> Rules:
        """What the policy needs to know: no container gets more than the sandbox has."""
        usual = Limits()
        limits = replace(
            usual,
            memory_bytes=min(usual.memory_bytes, self.limits.memory_bytes),
            nano_cpus=min(usual.nano_cpus, int(self.limits.usable_cpus * 10**9)),
            pids=min(usual.pids, self.limits.pids),
        )
        return Rules(limits=limits, reserved_ports=self.reserved_ports)

    @property
    def sandbox_dir(self) -> Path:
        """The daemon's own folder: its id, its data, its log."""
        return self.state_dir / "sandbox"

    @property
    def context_dir(self) -> Path:
        """The folder in which a `docker build <dir>` finds its folders."""
        return self.state_dir / "contexts"

    @property
    def kept_runs_dir(self) -> Path:
        """The folder of ended runs with their output."""
        return self.state_dir / "durable" / "runs"

    @property
    def audit_file(self) -> Path:
        """The audit log."""
        return self.audit_path or self.state_dir / "durable" / "runs.jsonl"
