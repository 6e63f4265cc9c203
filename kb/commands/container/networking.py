"""Ports, networks and names of a container."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import cast

from kb.commands.container.spec import Networking, PortBinding, Protocol
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.kinds import KINDS, MAX_PORT

_PUBLISH = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[^:]*):)??(?:(?P<host>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<container>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>tcp|udp|sctp))?"
)
_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_EXPOSE = re.compile(r"(?P<ports>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>tcp|udp|sctp))?")
_HOST_NAMES = frozenset({"host-gateway", "host-internal"})
_PRIVATE_NETWORKS = frozenset({"host", "container", "ns"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishParts:
    """The parts of a `-p` value, as text."""

    ip: str
    host: str
    container: str
    protocol: str


def split_publish(value: str) -> PublishParts | None:
    """Return the parts of `[ip:][host:]container[/protocol]`; None where it is no such thing."""
    match = _PUBLISH.fullmatch(value)
    if match is None:
        return None
    return PublishParts(
        ip=match["ip"] or "", host=match["host"] or "", container=match["container"],
        protocol=match["protocol"] or "tcp",
    )  # fmt: skip


def _read_range(text: str, whole: str) -> range:
    match = _RANGE.fullmatch(text)
    first = int(match[1]) if match else 0
    last = int(match[2] or match[1]) if match else 0
    if not 1 <= first <= last <= MAX_PORT:
        raise refused("bad_port", part=whole)
    return range(first, last + 1)


def read_ports(
    values: tuple[str, ...], rules: Rules, notes: list[Saying]
) -> tuple[PortBinding, ...]:
    """Return what `-p` publishes.

    Raises:
        CommandRefusedError: A port is no port, reserved for the server, or there are too many.
    """
    bindings: list[PortBinding] = []
    for value in values:
        parts = split_publish(value)
        if parts is None:
            raise refused("bad_port", part=value)
        if parts.ip:
            notes.append(saying("note.address_replaced", address=parts.ip))
        bindings += _bind(parts, value, rules)
        if len(bindings) > rules.limits.published_ports:
            raise refused("too_many_ports", part=value, limit=rules.limits.published_ports)
    return tuple(bindings)


def _bind(parts: PublishParts, value: str, rules: Rules) -> list[PortBinding]:
    inside = _read_range(parts.container, value)
    if len(inside) > rules.limits.published_ports:
        raise refused("too_many_ports", part=value, limit=rules.limits.published_ports)
    protocol = cast("Protocol", parts.protocol)
    if not parts.host:
        return [PortBinding(container_port=port, protocol=protocol) for port in inside]
    outside = _read_range(parts.host, value)
    if len(outside) > rules.limits.published_ports:
        raise refused("too_many_ports", part=value, limit=rules.limits.published_ports)
    if len(inside) == 1:
        outside = outside[:1]  # docker would take the first that is free
    if len(outside) != len(inside):
        raise refused("bad_port", part=value)
    for port in outside:
        if port in rules.reserved_ports:
            raise refused("reserved_port", part=value, port=port)
    return [
        PortBinding(container_port=port, host_port=host, protocol=protocol)
        for host, port in zip(outside, inside, strict=True)
    ]


def read_expose(values: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """Return the exposed ports as `80/tcp`."""
    exposed: list[str] = []
    for value in values:
        match = _EXPOSE.fullmatch(value)
        ports = _read_range(match["ports"], value) if match else range(0)
        if match is None or len(ports) > rules.limits.published_ports:
            raise refused("bad_port", part=value)
        exposed += [f"{port}/{match['protocol'] or 'tcp'}" for port in ports]
    return tuple(exposed)


def refuse_foreign_network(value: str) -> None:
    """Refuse the network of the machine or of another container.

    Raises:
        CommandRefusedError: `host_namespace`.
    """
    if value.partition(":")[0].lower() in _PRIVATE_NETWORKS:
        raise refused("host_namespace", part=f"--network {value}")


def read_network(value: str | None) -> str | None:
    """Return the network to join.

    Raises:
        CommandRefusedError: It is the machine's own or another container's.
    """
    if value is None or value == "default":
        return None
    refuse_foreign_network(value)
    if KINDS["network"].check(value):
        raise refused("network_options", part=f"--network {value}")
    return value


def read_extra_hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return `--add-host` as `name:address`."""
    hosts = []
    for value in values:
        name, separator, address = value.partition(":")
        if "=" in value:
            name, separator, address = value.partition("=")
        if address in _HOST_NAMES:
            raise refused("host_gateway", part=value)
        if not separator or KINDS["hostname"].check(name) or not _is_address(address.strip("[]")):
            raise refused("bad_host", part=value)
        hosts.append(f"{name}:{address.strip('[]')}")
    return tuple(hosts)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def read_dns(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the name servers to ask."""
    for value in values:
        if not _is_address(value):
            raise refused("bad_host", part=value)
    return values


def read_links(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return `--link` as `container:alias`."""
    links = []
    for value in values:
        name, _, alias = value.partition(":")
        if KINDS["container"].check(name) or KINDS["hostname"].check(alias or name):
            raise refused("bad_host", part=value)
        links.append(f"{name}:{alias or name}")
    return tuple(links)


def read_networking(call: Invocation, rules: Rules, notes: list[Saying]) -> Networking:
    """Return how a container of `docker run` or `docker create` is reached."""
    networks = call.values("--network", "--net")
    if len(networks) > 1:
        raise refused("network_options", part="--network")
    return Networking(
        network=read_network(networks[0] if networks else None),
        aliases=call.values("--network-alias", "--net-alias"),
        ports=read_ports(call.values("--publish"), rules, notes),
        expose=read_expose(call.values("--expose"), rules),
        publish_all=call.on("--publish-all"),
        hostname=call.value("--hostname"),
        domainname=call.value("--domainname"),
        extra_hosts=read_extra_hosts(call.values("--add-host")),
        dns=read_dns(call.values("--dns")),
        dns_search=call.values("--dns-search"),
        links=read_links(call.values("--link")),
    )
