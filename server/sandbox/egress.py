"""What containers of the sandbox reach: public addresses, or nothing; as firewall rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

Egress = Literal["internet", "none"]

NOT_PUBLIC = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
"""Special-purpose address blocks of RFC 6890, multicast and the reserved rest."""

REJECT = ("-j", "REJECT", "--reject-with", "icmp-admin-prohibited")
_OUTSIDE = "eth0"
"""The sandbox's own end of its link."""


def container_rules(
    egress: Egress, *, resolvers: Sequence[tuple[str, ...]] = ()
) -> list[tuple[str, ...]]:
    """Return the rules for packets of containers; the daemon's own do not pass them.

    Docker keeps what stands in the chain DOCKER-USER and sends every forwarded packet there first.

    Args:
        egress: How far containers reach.
        resolvers: Rules that let them ask resolvers in a private range.
    """
    new = ("-m", "conntrack", "--ctstate", "NEW")
    if egress == "none":
        outward = ("!", "-i", _OUTSIDE, "-o", _OUTSIDE, *new)
        return [(*outward, *REJECT), ("-j", "RETURN")]
    asked = [("-o", _OUTSIDE, *rule) for rule in resolvers]
    blocks = [("-o", _OUTSIDE, "-d", block, *new, *REJECT) for block in NOT_PUBLIC]
    return [*asked, *blocks, ("-j", "RETURN")]


def daemon_rules() -> list[tuple[str, ...]]:
    """Return the rules for what a daemon sends that shares the sandbox's end of the link.

    It may ask for names anywhere; the rest goes to public addresses alone.
    """
    out, new = ("-o", _OUTSIDE), ("-m", "conntrack", "--ctstate", "NEW")
    names = [(*out, "-p", each, "--dport", "53", "-j", "ACCEPT") for each in ("udp", "tcp")]
    return [*names, *((*out, "-d", block, *new, *REJECT) for block in NOT_PUBLIC)]


def mirror_rule(host: str, port: int) -> tuple[str, ...]:
    """Return the rule that lets such a daemon ask its mirror, in a private range too."""
    return ("-o", _OUTSIDE, "-p", "tcp", "-d", host, "--dport", str(port), "-j", "ACCEPT")


def mirror_address(url: str) -> tuple[str, int] | None:
    """Return a mirror's host and port; None for an empty URL."""
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def loopback_mirror(url: str) -> int:
    """Return the port of a mirror on this machine's loopback; 0 where it is elsewhere."""
    address = mirror_address(url)
    return address[1] if address and address[0] in {"localhost", "127.0.0.1"} else 0
