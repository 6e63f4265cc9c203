"""Published ports in words, as the docker CLI writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Port:
    """A port as the daemon lists it; sorts as the CLI sorts."""

    private: int
    ip: str = ""
    public: int = 0
    protocol: str = "tcp"


def show_ports(ports: Sequence[Port]) -> str:
    """Return `10.0.0.2:8090->8080/tcp`, neighbouring ports drawn together as ranges."""
    open_ranges: dict[str, tuple[int, int]] = {}
    ranges: list[str] = []
    mapped: list[str] = []
    for port in sorted(ports):
        if port.ip and port.public != port.private:
            mapped.append(f"{_host(port.ip)}:{port.public}->{port.private}/{port.protocol}")
            continue
        key = f"{port.ip}/{port.protocol}" if port.ip else port.protocol
        first, last = open_ranges.get(key, (port.private, port.private - 1))
        if port.private != last + 1:
            ranges.append(_range(key, first, last))
            first = port.private
        open_ranges[key] = (first, port.private)
    ranges += [_range(key, first, last) for key, (first, last) in open_ranges.items()]
    return ", ".join([*ranges, *mapped])


def _range(key: str, first: int, last: int) -> str:
    ip, _, protocol = key.rpartition("/")
    numbers = str(first) if first == last else f"{first}-{last}"
    return f"{_host(ip)}:{numbers}->{numbers}/{protocol}" if ip else f"{numbers}/{protocol}"


def _host(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip
