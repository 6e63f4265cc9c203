"""Published ports where the sandbox's own network cannot be reached from this machine.

Docker Desktop and other engines in a virtual machine hand on only those ports that a container had
published when it was made. So the sandbox's container publishes a few in advance, the slots, on
this machine's loopback; a rule inside sends what comes to a slot on to the port that a container of
the sandbox has published since.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping

from kb.errors import SandboxError

_log = logging.getLogger("kb.sandbox")

SLOTS = range(2400, 2416)
"""The slots' ports in the sandbox's container. One that a container inside has published as well is
still reached: by a slot of its own."""
CHAIN = "KB-PORTS"
"""The chain of the table `nat` that holds the rules; the start script makes it."""


class PortSlots:
    """Gives published ports a slot for as long as they are published; safe from any thread.

    Args:
        run: Runs a shell script in the sandbox's container; raises `SandboxError`.
        loopback_ports: Slot -> the port of this machine's loopback at which it is reached.
    """

    def __init__(self, run: Callable[[str], None], loopback_ports: Mapping[int, int]) -> None:
        self._run = run
        self._loopback_ports = loopback_ports
        self._lock = threading.Lock()
        self._held: dict[int, int] = {}
        """Slot -> the published port that it leads to."""

    def reach(self, published: Collection[int]) -> Mapping[int, str]:
        """Return the address, `host:port`, at which each published TCP port is reached.

        Args:
            published: All TCP ports that are published now; slots of others are given back.

        Returns:
            Without the ports for which no slot is left, and without new ones while the rules
            cannot be changed.
        """
        with self._lock:
            wanted = assign(self._held, published, slots=sorted(self._loopback_ports))
            if wanted != self._held:
                self._change(wanted)
            held = dict(self._held)
        return {port: f"127.0.0.1:{self._loopback_ports[slot]}" for slot, port in held.items()}

    def _change(self, wanted: dict[int, int]) -> None:
        try:
            self._run(rules_script(wanted))
        except SandboxError as error:
            _log.warning("published ports get no links: %s", error.message)
        else:
            self._held = wanted


def assign(
    held: Mapping[int, int], published: Collection[int], *, slots: Collection[int]
) -> dict[int, int]:
    """Return slot -> published port: what has a slot keeps it, the rest get free ones in order."""
    kept = {slot: port for slot, port in held.items() if port in published}
    free = (slot for slot in slots if slot not in kept)
    fresh = sorted(set(published) - set(kept.values()))
    return kept | dict(zip(free, fresh, strict=False))


def rules_script(held: Mapping[int, int]) -> str:
    """Return the shell script that puts the rules in place of those before.

    Connections that are open stay so: the kernel looks at these rules for new ones alone.
    """
    rules = [
        f"iptables -w -t nat -A {CHAIN} -p tcp --dport {slot} -j REDIRECT --to-ports {port}"
        for slot, port in held.items()
    ]
    return "\n".join(["set -e", f"iptables -w -t nat -F {CHAIN}", *rules])
