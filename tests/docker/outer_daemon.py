"""A plain dockerd in namespaces of its own, with nothing around it: the user's Docker Engine."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from docker import APIClient

from server.sandbox.connection import why_closed
from server.sandbox.managed import kernel

_BLOCK_BYTES = 1 << 20
_CGROUPS = Path("/sys/fs/cgroup")
_SCRIPT = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
ip link set lo up
exec dockerd "$@"
"""
_NAMESPACES = ("--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--mount-proc")


@contextlib.contextmanager
def outer_daemon(folder: Path) -> Iterator[str]:
    """Run the daemon while the block lasts, with the calling thread in its network.

    Threads that are started meanwhile are in that network too.

    Yields:
        Its address.
    """
    address, group = f"unix://{folder}/docker.sock", f"kb-test-{os.getpid()}"
    command = [
        "unshare", *_NAMESPACES, "--kill-child", "sh", "-c", _SCRIPT, "dockerd",
        f"--host={address}", f"--data-root={folder}/data", f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid", f"--cgroup-parent=/{group}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(address, process, folder / "log")
        with _in_network_of(process.pid):
            yield address
    finally:
        process.kill()  # the kernel ends the rest of its process namespace
        process.wait()
        _remove_groups(group)


def import_image(address: str, archive: Path, name: str) -> None:
    """Give the daemon an image made of a root's tar archive."""
    with APIClient(base_url=address, timeout=300) as client, archive.open("rb") as source:
        client.import_image_from_stream(
            iter(lambda: source.read(_BLOCK_BYTES), b""), repository=name
        )


@contextlib.contextmanager
def _in_network_of(pid: int) -> Iterator[None]:
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    other = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        kernel.enter_namespace(other, kernel.CLONE_NEWNET)
        yield
    finally:
        kernel.enter_namespace(own, kernel.CLONE_NEWNET)
        os.close(own)
        os.close(other)


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while why_closed(address) is not None:
        ended = process.poll() is not None or time.monotonic() > deadline
        assert not ended, log.read_text("utf-8", "replace")[-2000:]
        time.sleep(0.1)


def _remove_groups(name: str) -> None:
    """Remove the control groups of a daemon whose processes are gone, or nearly."""
    deadline = time.monotonic() + 5
    while found := [path for path in _CGROUPS.glob(f"**/{name}") if path.is_dir()]:
        for top in found:
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    Path(folder).rmdir()
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)
