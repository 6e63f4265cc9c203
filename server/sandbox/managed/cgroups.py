"""The sandbox's own control group, with its limits, on cgroup v1 and v2."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from server.sandbox.managed.config import SupervisorConfig

CGROUP_ROOT = Path("/sys/fs/cgroup")
_V1_LIMITED = ("memory", "cpu", "pids")
_PERIOD_US = 100_000
_REMOVE_PATIENCE_S = 5.0


class ControlGroup:
    """A parent group for dockerd (in its child `daemon`) and all its containers.

    Args:
        config: Names and limits.
        root: Where the control group file systems are mounted.
    """

    def __init__(self, config: SupervisorConfig, root: Path = CGROUP_ROOT) -> None:
        self.parent = f"kb-sandbox-{config.short_sandbox_id}"
        self._config = config
        self._root = root
        self._unified = (root / "cgroup.controllers").exists()

    def create(self) -> None:
        """Make the group and set its limits; a limit that the kernel lacks is left out."""
        if self._unified:
            self._create_v2()
        else:
            self._create_v1()

    def join(self, pid: int) -> None:
        """Move a process into the daemon's own child group."""
        for group in self._parents(limited=True):
            if group.exists():
                (group / "daemon" / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Kill what is left in the group and remove it everywhere."""
        deadline = time.monotonic() + _REMOVE_PATIENCE_S
        while groups := [group for group in self._parents(limited=False) if group.exists()]:
            for group in groups:
                _kill_all(group)
                _remove_tree(group)
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)

    def _create_v2(self) -> None:
        for folder in (self._root, self._root / self.parent):
            folder.mkdir(exist_ok=True)
            for controller in ("memory", "cpu", "pids", "io", "cpuset"):
                _write(folder / "cgroup.subtree_control", f"+{controller}")
        group = self._root / self.parent
        (group / "daemon").mkdir(exist_ok=True)
        config = self._config
        _write(group / "memory.max", str(config.memory_bytes))
        _write(group / "memory.swap.max", "0")
        _write(group / "pids.max", str(config.pids))
        _write(group / "cpu.max", f"{int(config.cpus * _PERIOD_US)} {_PERIOD_US}")

    def _create_v1(self) -> None:
        for group in self._parents(limited=True):
            if group.parent.is_dir():
                (group / "daemon").mkdir(parents=True, exist_ok=True)
        config = self._config
        memory = self._root / "memory" / self.parent
        _write(memory / "memory.use_hierarchy", "1")
        _write(memory / "memory.limit_in_bytes", str(config.memory_bytes))
        _write(memory / "memory.memsw.limit_in_bytes", str(config.memory_bytes))
        _write(self._root / "pids" / self.parent / "pids.max", str(config.pids))
        cpu = self._root / "cpu" / self.parent
        _write(cpu / "cpu.cfs_period_us", str(_PERIOD_US))
        _write(cpu / "cpu.cfs_quota_us", str(int(config.cpus * _PERIOD_US)))

    def _parents(self, *, limited: bool) -> list[Path]:
        if self._unified:
            return [self._root / self.parent]
        if limited:
            return [self._root / controller / self.parent for controller in _V1_LIMITED]
        hierarchies = {path.resolve() for path in self._root.iterdir() if path.is_dir()}
        return [path / self.parent for path in sorted(hierarchies)]


def _write(path: Path, value: str) -> None:
    with contextlib.suppress(OSError):
        path.write_text(value)


def _kill_all(group: Path) -> None:
    for procs in group.rglob("cgroup.procs"):
        with contextlib.suppress(OSError):
            for pid in procs.read_text().split():
                with contextlib.suppress(OSError):
                    os.kill(int(pid), signal.SIGKILL)


def _remove_tree(group: Path) -> None:
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
