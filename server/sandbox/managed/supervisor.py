"""The only privileged part: makes cgroup, network and namespaces for dockerd, and clears them away.

Started by the server (through sudo where it is not root) as
`python -m server.sandbox.managed.supervisor`. It reads one line of configuration from its standard
input, which then stays open: when it closes, everything is ended and cleared away. It writes one
JSON object a line to its standard output. It reads nothing else and knows nothing of the notes.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kb.errors import SandboxError
from server.sandbox.egress import loopback_mirror
from server.sandbox.managed import kernel
from server.sandbox.managed.cgroups import ControlGroup
from server.sandbox.managed.config import InitOrder, SupervisorConfig
from server.sandbox.managed.forward import forward_loopback
from server.sandbox.managed.network import HostNetwork

_END_PATIENCE_S = 15.0
_MODULES = ("overlay", "br_netfilter", "veth", "loop")
"""What dockerd would load itself, had it the right to."""


def main() -> int:
    """Read the configuration, run the sandbox until told to end, clear away."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server decides, by closing our input
    signal.signal(signal.SIGTERM, _end_by_signal)
    try:
        config = SupervisorConfig.from_json(sys.stdin.readline())
        with _own(config):
            return _run(config)
    except (OSError, ValueError, SandboxError) as error:
        known = error if isinstance(error, SandboxError) else _broke(error)
        hint, reason = known.hint, known.reasons[0]
        _say({"event": "failed", "message": known.message, "hint": hint, "reason": reason})
        return 1


def _broke(error: Exception) -> SandboxError:
    return SandboxError(str(error), reason="start_failed")


def _end_by_signal(_number: int, _frame: object) -> None:
    raise SandboxError("the supervisor was told to end", reason="start_failed")


@contextlib.contextmanager
def _own(config: SupervisorConfig) -> Iterator[None]:
    """Make the run folder and hold its lock, so that one supervisor alone serves a sandbox."""
    run_dir = Path(config.run_dir)
    run_dir.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    run_dir.mkdir(mode=0o700, exist_ok=True)
    os.chown(run_dir, config.owner_uid, config.owner_gid)
    lock = os.open(run_dir / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SandboxError(
            "another server runs this sandbox already",
            reason="another_server",
            hint="stop the other one, or give this one another state folder (KB_STATE)",
        ) from error
    try:
        yield
    finally:
        shutil.rmtree(run_dir, ignore_errors=True)
        os.close(lock)


def _run(config: SupervisorConfig) -> int:
    group, network = ControlGroup(config), HostNetwork(config)
    _clear(config, group, network)
    init: subprocess.Popen[str] | None = None
    try:
        with contextlib.suppress(SandboxError):  # built in, or a container without modprobe
            kernel.run_tool("modprobe", "-a", *_MODULES, check=False)
        group.create()
        init = _start_init(config, group)
        network.connect(init.pid)
        port = loopback_mirror(config.mirror)
        if port:
            forward_loopback(init.pid, port)
        _tell(init, InitOrder(config=config, wiring=network.wiring, cgroup_parent=group.parent))
        return _follow(init, network.wiring.sandbox_ip)
    finally:
        if init is not None:
            _end(init)
        _clear(config, group, network)


def _clear(config: SupervisorConfig, group: ControlGroup, network: HostNetwork) -> None:
    """Remove everything that this run, or one that crashed before it, has left."""
    group.remove()
    network.remove()
    run_dir = Path(config.run_dir)
    (run_dir / "docker.sock").unlink(missing_ok=True)
    shutil.rmtree(run_dir / "root", ignore_errors=True)


def _start_init(config: SupervisorConfig, group: ControlGroup) -> subprocess.Popen[str]:
    def prepare() -> None:
        kernel.die_with_parent()
        group.join(os.getpid())
        kernel.unshare(kernel.NEW_NAMESPACES)

    log = Path(config.data_dir, "dockerd.log")
    with log.open("wb") as log_file:
        os.fchown(log_file.fileno(), config.owner_uid, config.owner_gid)
        return subprocess.Popen(
            [sys.executable, "-m", "server.sandbox.managed.init"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_file,
            text=True,
            preexec_fn=prepare,  # noqa: PLW1509 - no thread runs yet
        )


def _tell(init: subprocess.Popen[str], order: InitOrder) -> None:
    _pipe(init.stdin).write(order.to_json() + "\n")
    _pipe(init.stdin).flush()


def _follow(init: subprocess.Popen[str], address: str) -> int:
    """Pass on what `init` says until it ends or the server lets go of us."""
    output = _pipe(init.stdout)
    while True:
        ready, _, _ = select.select([output, sys.stdin], [], [])
        if sys.stdin in ready:
            return 0
        line = output.readline()
        if not line:
            return init.wait() or 1
        _say({**json.loads(line), "address": address})


def _end(init: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError):
        _pipe(init.stdin).close()
    try:
        init.wait(_END_PATIENCE_S)
    except subprocess.TimeoutExpired:
        init.kill()
        init.wait()
    _pipe(init.stdout).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise SandboxError("a pipe to the sandbox is missing", reason="start_failed")
    return stream


def _say(event: dict[str, str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
