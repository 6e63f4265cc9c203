"""The minimal root that dockerd lives in: programs read-only, nothing of the machine's own files.

Even a container that could mount any folder of the daemon's root would find programs and
certificates there, and no home, no notes, no `/etc`, no device but the harmless ones.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from server.sandbox.managed import kernel
from server.sandbox.managed.config import SupervisorConfig, Wiring
from server.sandbox.managed.disk import mount_data

DATA_ROOT = "/var/lib/docker"
SUBORDINATE_IDS = 500_000
"""First user id of the machine that a container's ids are mapped to, where they are."""

_PROGRAMS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr")
_SETTINGS = ("alternatives", "ca-certificates", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl")
_DEVICES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
_FOLDERS = ("dev", "etc", "opt", "proc", "root", "run", "sys", "tmp", "var/lib/docker", "var/tmp")


def enter(config: SupervisorConfig, wiring: Wiring, base: Path) -> str:
    """Build the root on a memory file system at `base` and move into it.

    Call it in a mount namespace of its own.

    Returns:
        A warning about the data's size limit, if any.
    """
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    kernel.mount("tmpfs", str(base), "tmpfs", kernel.MS_NOSUID, "mode=755,size=64m")
    for folder in _FOLDERS:
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "tmp").chmod(0o1777)
    _show_programs(base, Path(config.dockerd))
    _show_settings(base, wiring)
    _make_devices(base / "dev")
    _show_kernel(base)
    _show_run_dir(base, Path(config.run_dir))
    warning = mount_data(config, base / DATA_ROOT.lstrip("/"))
    kernel.pivot_root(str(base))
    return warning


def _show_programs(base: Path, dockerd: Path) -> None:
    for name in _PROGRAMS:
        source, target = Path("/", name), base / name
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.is_dir():
            target.mkdir(exist_ok=True)
            kernel.bind(str(source), str(target), read_only=True)
    folder = dockerd.resolve().parent
    if not (base / str(folder).lstrip("/")).exists():
        target = base / str(folder).lstrip("/")
        target.mkdir(parents=True)
        kernel.bind(str(folder), str(target), read_only=True)


def _show_settings(base: Path, wiring: Wiring) -> None:
    for name in _SETTINGS:
        source, target = Path("/etc", name), base / "etc" / name
        if source.is_dir():
            target.mkdir()
            kernel.bind(str(source), str(target), read_only=True)
        elif source.is_file():
            target.write_bytes(source.read_bytes())
    resolvers = "".join(f"nameserver {address}\n" for address in wiring.resolvers)
    ids = f"dockremap:{SUBORDINATE_IDS}:65536\n"
    files = {
        "passwd": "root:x:0:0:root:/root:/bin/sh\ndockremap:x:499:499::/:/bin/false\n",
        "group": "root:x:0:\ndockremap:x:499:\n",
        "subuid": ids,
        "subgid": ids,
        "hosts": "127.0.0.1 localhost\n",
        "hostname": "sandbox\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "resolv.conf": resolvers,
    }
    for name, text in files.items():
        (base / "etc" / name).write_text(text)


def _make_devices(folder: Path) -> None:
    for name, minor in _DEVICES.items():
        _make_device(folder / name, os.makedev(1, minor))
    _make_device(folder / "tty", os.makedev(5, 0))
    for name in ("pts", "shm"):
        (folder / name).mkdir()
    quiet = kernel.MS_NOSUID | kernel.MS_NOEXEC
    options = "newinstance,ptmxmode=0666,mode=0620"
    kernel.mount("devpts", str(folder / "pts"), "devpts", quiet, options)
    kernel.mount("shm", str(folder / "shm"), "tmpfs", quiet | kernel.MS_NODEV, "size=64m")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1"}
    for name, target in {**links, "stderr": "fd/2"}.items():
        (folder / name).symlink_to(target)


def _make_device(path: Path, number: int) -> None:
    os.mknod(path, 0o666 | stat.S_IFCHR, number)
    path.chmod(0o666)


def _show_kernel(base: Path) -> None:
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("proc", str(base / "proc"), "proc", quiet)
    kernel.mount("sysfs", str(base / "sys"), "sysfs", quiet)
    groups = Path("/sys/fs/cgroup")
    kernel.bind(str(groups), f"{base}{groups}", recursive=True)
    security = Path("/sys/kernel/security")
    if _has_entries(security):
        with contextlib.suppress(OSError):
            kernel.bind(str(security), f"{base}{security}")
    kernel.mount("tmpfs", str(base / "run"), "tmpfs", kernel.MS_NOSUID, "mode=755,size=64m")


def _show_run_dir(base: Path, run_dir: Path) -> None:
    target = base / str(run_dir).lstrip("/")
    target.mkdir(parents=True, exist_ok=True)
    kernel.bind(str(run_dir), str(target))


def _has_entries(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False
