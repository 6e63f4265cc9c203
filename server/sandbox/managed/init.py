"""The first process of the sandbox: builds its root, runs dockerd, and takes everything with it.

Started by the supervisor as `python -m server.sandbox.managed.init`, in new namespaces already. Its
standard input carries one order and then stays open: when it closes, dockerd is asked to end, then
this process ends, and with it the kernel ends whatever else lives in the process namespace.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from kb.errors import SandboxError
from server.sandbox.egress import Egress
from server.sandbox.egress import container_rules as egress_rules
from server.sandbox.managed import kernel, rootfs
from server.sandbox.managed.config import InitOrder, Wiring
from server.sandbox.managed.network import mirror_rules, resolver_rules

_GRACE_S = 12.0
"""How long dockerd may take to end its containers."""


def main() -> int:
    """Become the parent, or in the new process namespace its first process."""
    child = os.fork()
    if child == 0:
        kernel.die_with_parent()
        return _live()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


def _live() -> int:
    order = InitOrder.from_json(sys.stdin.readline())
    socket.sethostname("sandbox")
    try:
        _connect(order.wiring, order.config.egress)
        warning = rootfs.enter(order.config, order.wiring, Path(order.config.run_dir, "root"))
        daemon = _start_dockerd(order)
    except (OSError, SandboxError) as error:
        reason = error.reasons[0] if isinstance(error, SandboxError) else "start_failed"
        _say("failed", message=str(error), reason=reason)
        return 1
    _say("started", message=warning)
    threading.Thread(target=_end_on_close, args=(daemon,), daemon=True).start()
    threading.Thread(target=_hand_over_socket, args=(order,), daemon=True).start()
    code = _reap_until(daemon.pid)
    _say("ended", message=f"dockerd ended with status {code}")
    return code & 0xFF


def _connect(wiring: Wiring, egress: Egress) -> None:
    """Set up this side of the link, and what containers may reach."""
    for path in ("all", "default"):
        with contextlib.suppress(OSError):
            Path(f"/proc/sys/net/ipv6/conf/{path}/disable_ipv6").write_text("1")
    kernel.run_tool("ip", "link", "set", "lo", "up")
    address = f"{wiring.sandbox_ip}/{wiring.prefix}"
    kernel.run_tool("ip", "address", "add", address, "dev", "eth0")
    kernel.run_tool("ip", "link", "set", "eth0", "up")
    kernel.run_tool("ip", "route", "add", "default", "via", wiring.host_ip)
    kernel.run_tool("iptables", "-w", "-N", "DOCKER-USER")
    for rule in container_rules(wiring, egress):
        kernel.run_tool("iptables", "-w", "-A", "DOCKER-USER", *rule)


def container_rules(wiring: Wiring, egress: Egress) -> list[tuple[str, ...]]:
    """Return the rules for packets of containers, which may ask the resolvers but no mirror."""
    mirror = mirror_rules(wiring)
    resolvers = [rule for rule in resolver_rules(wiring) if rule not in mirror]
    return egress_rules(egress, resolvers=resolvers)


def _start_dockerd(order: InitOrder) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own words, no shell
        dockerd_command(order),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
        preexec_fn=kernel.drop_capabilities,  # noqa: PLW1509 - no thread runs yet
        env={"PATH": kernel.TOOL_PATH, "HOME": "/root", "DOCKER_TMPDIR": "/var/lib/docker/tmp"},
    )


def dockerd_command(order: InitOrder) -> list[str]:
    """Return dockerd's command line."""
    config = order.config
    command = [
        config.dockerd,
        f"--host=unix://{config.socket_path}",
        f"--data-root={rootfs.DATA_ROOT}",
        "--exec-root=/run/docker",
        "--pidfile=/run/docker.pid",
        "--group=root",
        f"--label={config.label}",
        f"--cgroup-parent=/{order.cgroup_parent}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--ip={order.wiring.sandbox_ip}",
        "--log-driver=json-file",
        "--log-opt=max-size=10m",
        "--log-opt=max-file=2",
        "--no-new-privileges",
    ]
    if _has_user_namespaces():
        command.append("--userns-remap=default")
    if config.mirror:
        command.append(f"--registry-mirror={config.mirror}")
    if order.wiring.mirror_ip and config.mirror.startswith("http://"):
        command.append(f"--insecure-registry={order.wiring.mirror_ip}/32")
    return command


def _has_user_namespaces() -> bool:
    """Tell whether the root of a container can be nobody outside of it."""
    try:
        return int(Path("/proc/sys/user/max_user_namespaces").read_text()) > 0
    except (OSError, ValueError):
        return False


def _hand_over_socket(order: InitOrder) -> None:
    """Give the socket to the server's user alone, as soon as it is there."""
    path = Path(order.config.socket_path)
    while not path.exists():
        time.sleep(0.02)
    path.chmod(0o600)
    os.chown(path, order.config.owner_uid, order.config.owner_gid)
    _say("socket")


def _end_on_close(daemon: subprocess.Popen[bytes]) -> None:
    """Wait until nobody holds the other end of our input, then end dockerd."""
    sys.stdin.read()
    with contextlib.suppress(ProcessLookupError):
        daemon.send_signal(signal.SIGTERM)
    time.sleep(_GRACE_S)
    os._exit(1)  # the kernel ends the rest


def _reap_until(pid: int) -> int:
    """Collect ended processes, as the first one must, until `pid` has ended."""
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return 0
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _say(event: str, *, message: str = "", reason: str = "") -> None:
    sys.stdout.write(json.dumps({"event": event, "message": message, "reason": reason}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
