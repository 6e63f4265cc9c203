"""The link between the sandbox and the machine: addresses, NAT, and who may talk to whom.

On the machine's side every packet from the sandbox passes rules of ours: public addresses yes; the
machine itself, private, loopback, link-local (with the clouds' metadata service) and reserved
addresses no. Nobody but the machine itself opens connections into the sandbox.
"""

from __future__ import annotations

import contextlib
import ipaddress
import shlex
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kb.errors import SandboxError
from server.sandbox.egress import NOT_PUBLIC, REJECT, loopback_mirror
from server.sandbox.managed.config import SupervisorConfig, Wiring
from server.sandbox.managed.kernel import run_tool

FALLBACK_RESOLVERS = ("1.1.1.1", "9.9.9.9")
"""Public resolvers, where the machine has only one on its loopback."""

_RESOLV_FILES = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))
_JUMPING = (("filter", "INPUT"), ("filter", "FORWARD"), ("nat", "POSTROUTING"))
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


class HostNetwork:
    """The machine's side of the link.

    Args:
        config: The sandbox's names, mirror and reach.
    """

    def __init__(self, config: SupervisorConfig) -> None:
        self._config = config
        self.device = f"kb{config.short_sandbox_id}"
        self._input = f"KB-IN-{config.short_sandbox_id}"
        self._forward = f"KB-FW-{config.short_sandbox_id}"
        self._marker = Path(config.run_dir).parent / "forwarding-was-off"
        self.wiring = self._plan()

    def connect(self, pid: int) -> None:
        """Make the link, its other end as `eth0` in the network namespace of `pid`."""
        peer = ("peer", "name", "eth0", "netns", str(pid))
        run_tool("ip", "link", "add", self.device, "type", "veth", *peer)
        ipv6 = Path(f"/proc/sys/net/ipv6/conf/{self.device}/disable_ipv6")
        with contextlib.suppress(OSError):
            ipv6.write_text("1")
        address = f"{self.wiring.host_ip}/{self.wiring.prefix}"
        run_tool("ip", "address", "add", address, "dev", self.device)
        self._raise_walls()
        run_tool("ip", "link", "set", self.device, "up")
        self._forward_packets()

    def remove(self) -> None:
        """Remove the link and every rule of ours; harmless where there is none."""
        for table, chain in _JUMPING:
            listed = run_tool("iptables", "-w", "-t", table, "-S", chain, check=False)
            for line in listed.splitlines():
                if self.device in line.split():  # also what a crash left, with another address
                    delete = ["-D", *shlex.split(line)[1:]]
                    run_tool("iptables", "-w", "-t", table, *delete, check=False)
        for chain in (self._input, self._forward):
            run_tool("iptables", "-w", "-F", chain, check=False)
            run_tool("iptables", "-w", "-X", chain, check=False)
        run_tool("ip", "link", "delete", self.device, check=False)
        self._stop_forwarding()

    # --- inside --------------------------------------------------------------------------

    def _plan(self) -> Wiring:
        host_ip, sandbox_ip = pick_link(self._config.short_sandbox_id, _used_networks(self.device))
        mirror_ip, mirror_port = private_mirror(self._config.mirror)
        return Wiring(
            host_ip=host_ip,
            sandbox_ip=sandbox_ip,
            prefix=30,
            resolvers=read_resolvers(_RESOLV_FILES),
            mirror_ip=mirror_ip,
            mirror_port=mirror_port,
        )

    def _jumps(self) -> list[tuple[str, ...]]:
        """Return the rules that lead into our chains, without the word that adds or deletes."""
        out = ("!", "-o", self.device)
        return [
            ("filter", "INPUT", "-i", self.device, "-j", self._input),
            ("filter", "FORWARD", "-i", self.device, "-j", self._forward),
            ("filter", "FORWARD", "-o", self.device, "-j", self._forward),
            ("nat", "POSTROUTING", "-s", self.wiring.sandbox_ip, *out, "-j", "MASQUERADE"),
        ]

    def _raise_walls(self) -> None:
        for chain in (self._input, self._forward):
            run_tool("iptables", "-w", "-N", chain)
        for rule in self._input_rules():
            run_tool("iptables", "-w", "-A", self._input, *rule)
        for rule in self._forward_rules():
            run_tool("iptables", "-w", "-A", self._forward, *rule)
        for table, chain, *rest in self._jumps():
            run_tool("iptables", "-w", "-t", table, "-I", chain, *rest)

    def _input_rules(self) -> list[tuple[str, ...]]:
        return [_ESTABLISHED, *_to_resolvers(self.wiring.resolvers), ("-j", "DROP")]

    def _forward_rules(self) -> list[tuple[str, ...]]:
        wiring = self.wiring
        outward = ("-i", self.device)
        return [
            (*outward, "!", "-s", wiring.sandbox_ip, "-j", "DROP"),
            _ESTABLISHED,
            ("-o", self.device, "-j", "DROP"),
            *_to_resolvers(wiring.resolvers),
            *mirror_rules(wiring),
            *(("-d", block, *REJECT) for block in NOT_PUBLIC),
            ("-j", "ACCEPT"),
        ]

    def _forward_packets(self) -> None:
        if _FORWARDING.read_text().strip() != "1":
            self._marker.touch()
            _FORWARDING.write_text("1")

    def _stop_forwarding(self) -> None:
        """Switch forwarding off again, where a sandbox switched it on and none is left."""
        others = "KB-FW-" in run_tool("iptables", "-w", "-S", "FORWARD", check=False)
        if self._marker.exists() and not others:
            with contextlib.suppress(OSError):
                _FORWARDING.write_text("0")
            self._marker.unlink(missing_ok=True)


_ESTABLISHED = ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT")


def mirror_rules(wiring: Wiring) -> list[tuple[str, ...]]:
    """Return the rule that lets packets to a private mirror pass, where there is one."""
    if not wiring.mirror_ip:
        return []
    port = str(wiring.mirror_port)
    return [("-d", wiring.mirror_ip, "-p", "tcp", "--dport", port, "-j", "ACCEPT")]


def resolver_rules(wiring: Wiring) -> list[tuple[str, ...]]:
    """Return the rules that let questions to the resolvers pass."""
    return list(_to_resolvers(wiring.resolvers))


def _to_resolvers(resolvers: Iterable[str]) -> Iterable[tuple[str, ...]]:
    for resolver in resolvers:
        for protocol in ("udp", "tcp"):
            yield ("-d", resolver, "-p", protocol, "--dport", "53", "-j", "ACCEPT")


def pick_link(seed: str, used: Sequence[ipaddress.IPv4Network]) -> tuple[str, str]:
    """Return the two addresses of a /30 that overlaps nothing in use.

    Args:
        seed: Hexadecimal digits; the same seed prefers the same addresses.
        used: The machine's networks.

    Raises:
        SandboxError: Every candidate is taken.
    """
    start = int(seed, 16)
    for attempt in range(256):
        number = (start + attempt * 4099) % (1 << 14)
        for base in ("10.213.0.0", "100.99.0.0", "172.30.0.0"):
            network = ipaddress.IPv4Network((int(ipaddress.IPv4Address(base)) + number * 4, 30))
            if not any(network.overlaps(other) for other in used):
                host, sandbox = network.hosts()
                return str(host), str(sandbox)
    raise SandboxError(
        "no free private address range for the sandbox's network", reason="no_free_network"
    )


def read_resolvers(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the machine's IPv4 resolvers; public ones where it has none off its loopback."""
    for path in files:
        with contextlib.suppress(OSError):
            words = [line.split() for line in path.read_text().splitlines()]
            found = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
            usable = tuple(address for address in found if _is_usable(address))
            if usable:
                return usable[:3]
    return FALLBACK_RESOLVERS


def private_mirror(url: str) -> tuple[str, int]:
    """Return address and port of a mirror in a private range; ("", 0) for any other."""
    parts = urlsplit(url)
    if not parts.hostname or loopback_mirror(url):
        return "", 0
    try:
        address = ipaddress.IPv4Address(socket.gethostbyname(parts.hostname))
    except (OSError, ValueError):
        return "", 0
    if address.is_global:
        return "", 0
    return str(address), parts.port or (443 if parts.scheme == "https" else 80)


def _is_usable(address: str) -> bool:
    try:
        return not ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        return False


def _used_networks(own_device: str) -> list[ipaddress.IPv4Network]:
    networks = []
    for line in run_tool("ip", "-4", "route", "show", "table", "all").splitlines():
        words = line.split()
        if own_device in words:
            continue
        for word in words[:2]:
            with contextlib.suppress(ValueError):
                network = ipaddress.IPv4Network(word, strict=False)
                if network.prefixlen:
                    networks.append(network)
    return networks
