"""Which `Host` and `Origin` values are this server's own; ports count, and so does IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.errors import InvalidInputError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_HOST_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A host and a port, in one spelling."""

    host: str
    """Lower case; an IPv6 address in its short form, without brackets."""
    port: int | None
    """None where the value names none, which means the scheme's own port."""


def parse_authority(value: str) -> Authority | None:
    """Parse a `Host` header's value; None where it is malformed.

    `LOCALHOST:8765`, `[::1]:8765` and `[0:0:0:0:0:0:0:1]:8765` are understood; user info, paths,
    spaces and ports out of range are not.
    """
    if not value or len(value) > _MAX_HOST_CHARS or not value.isascii():
        return None
    if any(char in "@/\\?#, " or not char.isprintable() for char in value):
        return None
    name, port_text = _split_port(value)
    host = _normal_host(name)
    if host is None or (port_text is not None and not port_text.isdecimal()):
        return None
    port = int(port_text) if port_text else None
    if port is not None and not 0 < port <= 65535:
        return None
    return Authority(host=host, port=port)


def _split_port(value: str) -> tuple[str, str | None]:
    if value.startswith("["):
        name, bracket, rest = value.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return "", None
        return name + bracket, rest[1:] if rest else None
    name, colon, port = value.partition(":")
    return name, port if colon else None


def _normal_host(name: str) -> str | None:
    if name.startswith("["):
        try:
            return str(ipaddress.IPv6Address(name[1:-1]))
        except ValueError:
            return None
    return name.lower().rstrip(".") or None


class OwnOrigins:
    """The hosts under which a server answers.

    Args:
        host: The address that the server listens on.
        port: Its port.
        extra: Further `Host` values, as in `KB_ALLOWED_HOSTS` (`kb.example.org`,
            `kb.example.org:8443`).

    Raises:
        InvalidInputError: An extra value is not a host.
    """

    def __init__(self, *, host: str, port: int, extra: Iterable[str] = ()) -> None:
        names = ["127.0.0.1", "localhost", "[::1]"]
        if host not in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened on
            names.append(f"[{host}]" if ":" in host and not host.startswith("[") else host)
        parsed = [parse_authority(f"{name}:{port}") for name in names]
        self._own = {each for each in parsed if each is not None}
        for value in extra:
            authority = parse_authority(value)
            if authority is None or value == "*":
                raise InvalidInputError(
                    f"KB_ALLOWED_HOSTS: {value!r} is not a host name",
                    hint="write host or host:port, separated by commas",
                )
            self._own.add(authority)

    def owns_host(self, value: str, *, scheme: str = "http") -> bool:
        """Tell whether a `Host` header names this server, port included."""
        authority = parse_authority(value)
        return authority is not None and self._owns(authority, scheme)

    def owns_origin(self, value: str) -> bool:
        """Tell whether an `Origin` header is one of this server's pages."""
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in _DEFAULT_PORTS or urlsplit(value).path:
            return False
        authority = parse_authority(rest)
        return authority is not None and self._owns(authority, scheme)

    def _owns(self, authority: Authority, scheme: str) -> bool:
        own_port = _DEFAULT_PORTS.get(scheme)
        spellings = {authority}
        if authority.port is None:
            spellings.add(Authority(host=authority.host, port=own_port))
        elif authority.port == own_port:
            spellings.add(Authority(host=authority.host, port=None))
        return not spellings.isdisjoint(self._own)
