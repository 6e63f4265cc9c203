"""The system calls that Python's library lacks, and running the system's own tools."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Sequence

from kb.errors import SandboxError

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

_MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24

_libc = ctypes.CDLL(None, use_errno=True)

DROPPED_CAPABILITIES = {
    "SYS_MODULE": 16,
    "SYS_RAWIO": 17,
    "SYS_PACCT": 20,
    "SYS_BOOT": 22,
    "SYS_TIME": 25,
    "MAC_OVERRIDE": 32,
    "MAC_ADMIN": 33,
    "WAKE_ALARM": 35,
}
"""What a daemon of containers never needs; numbers from linux/capability.h."""


def unshare(flags: int) -> None:
    """Move into new namespaces (the process namespace holds for children)."""
    _check(_libc.unshare(flags), "unshare")


def enter_namespace(handle: int, kind: int) -> None:
    """Move the calling thread into the namespace behind a file handle."""
    _check(_libc.setns(handle, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Show a file system, a folder or a device at a place, as the system call does."""
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None
    )
    _check(result, f"mount {source or kind} at {target}")


def bind(source: str, target: str, *, read_only: bool = False, recursive: bool = False) -> None:
    """Show a folder or file at a second place."""
    mount(source, target, flags=MS_BIND | (MS_REC if recursive else 0))
    if read_only:
        mount(source, target, flags=MS_BIND | MS_REMOUNT | MS_RDONLY)


def pivot_root(new_root: str) -> None:
    """Make a mounted folder the root and let go of the old one."""
    os.chdir(new_root)
    _check(_libc.pivot_root(b".", b"."), f"pivot_root {new_root}")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount of the old root")
    os.chdir("/")


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up for good what dockerd and its containers never need."""
    for number in DROPPED_CAPABILITIES.values():
        _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def run_tool(*command: str, check: bool = True, timeout_s: float = 30.0) -> str:
    """Run one of the system's tools and return its output.

    Raises:
        SandboxError: It is missing or failed (the latter only with `check`).
    """
    try:
        done = _run(command, timeout_s)
    except FileNotFoundError as error:
        raise SandboxError(
            f"the program {command[0]!r} is missing",
            reason="missing_programs",
            hint="on Debian and Ubuntu: apt-get install docker.io iproute2 iptables",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SandboxError(
            f"{' '.join(command)!r} took over {timeout_s:g} seconds", reason="start_failed"
        ) from error
    if check and done.returncode != 0:
        raise SandboxError(
            f"{' '.join(command)!r} failed: {done.stderr.strip()}", reason="start_failed"
        )
    return done.stdout


def _run(command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words, no shell
        command,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={"PATH": TOOL_PATH, "LC_ALL": "C"},
    )


TOOL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where the tools are looked for, whatever the caller's PATH says."""


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
