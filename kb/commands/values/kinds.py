"""What can stand in the place of a value: names, ports, paths, sizes, and how to tell.

A check returns the key of what is wrong (a text `problem.<key>`), or an empty string.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.commands.characters import find_hidden
from kb.commands.values.quantities import parse_bytes, parse_count, parse_decimal, parse_duration
from kb.commands.values.references import is_image_id, parse_reference
from kb.model import SlotChoices

Check = Callable[[str], str]

MAX_VALUE = 4096
"""The longest value, in characters."""
MAX_PORT = 65535
OBJECT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
"""What the daemon takes for the name of a new container or volume: two characters or more."""
NETWORK_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
"""A network may have one. The daemon takes any text but blanks, the sandbox only what is a name."""
COMPOSE_VOLUME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]*")
"""What a Compose file calls a volume; the volume's own name begins with the project's."""
_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_HOSTNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?")
_SIGNAL = re.compile(r"(?:SIG)?[A-Z][A-Z0-9]{1,8}(?:[+-]\d{1,2})?|\d{1,2}", re.IGNORECASE)
_PLATFORM = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+){0,2}")
_TIME = re.compile(r"[0-9][0-9A-Za-z:.+-]{0,40}")
_PS_ARGUMENT = re.compile(r"-?[A-Za-z0-9,=_%:+-]{1,100}")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SERVICE = re.compile(r"[a-zA-Z0-9._][a-zA-Z0-9._-]*")
_PORT_SPEC = re.compile(r"(\d{1,5})(?:/(?:tcp|udp|sctp))?")
_FOLDER = re.compile(r"(?:\./)?[^\W_][\w. -]*(?:/[^\W_][\w. -]*)*/?|\.|\./")


def check_text(value: str) -> str:
    """Any text of one line."""
    if len(value) > MAX_VALUE:
        return "too_long"
    if "\n" in value or find_hidden(value):
        return "hidden"
    return ""


def check_program(value: str) -> str:
    """A word for the program in a container, a script of several lines too."""
    return check_text(value.replace("\n", " "))


def _matching(pattern: re.Pattern[str], problem: str) -> Check:
    return lambda value: "" if pattern.fullmatch(value) else problem


_CONTAINER_NAME = _matching(_CONTAINER, "name")
_NEW_NAME = _matching(OBJECT_NAME, "new_name")
_NETWORK_NAME = _matching(NETWORK_NAME, "network_name")


def check_image(value: str) -> str:
    """An image by name or id."""
    if is_image_id(value) or parse_reference(value):
        return ""
    return "uppercase_image" if parse_reference(value.lower()) else "image"


def check_new_image(value: str) -> str:
    """A name for an image, without a digest."""
    reference = parse_reference(value)
    if reference is None:
        return "uppercase_image" if parse_reference(value.lower()) else "image"
    return "image_digest" if reference.digest else ""


def check_port(value: str) -> str:
    """A port's number."""
    number = parse_count(value)
    return "" if number is not None and 1 <= number <= MAX_PORT else "port"


def check_port_spec(value: str) -> str:
    """`80` or `80/tcp`."""
    match = _PORT_SPEC.fullmatch(value)
    return check_port(match[1]) if match else "port"


def check_container_path(value: str) -> str:
    """An absolute path in a container."""
    if not value.startswith("/"):
        return "container_path"
    return "colon_in_path" if ":" in value else check_text(value)


def check_folder(value: str) -> str:
    """A folder under the state folder, `.` for the note's own files."""
    parts = value.rstrip("/").split("/")
    if ".." in parts or not _FOLDER.fullmatch(value):
        return "folder"
    return check_text(value)


def check_volume(value: str) -> str:
    """A volume by name."""
    if OBJECT_NAME.fullmatch(value):
        return ""
    return "host_path" if "/" in value or "\\" in value else "new_name"


def check_bytes(value: str) -> str:
    """A size, or -1 for no limit."""
    return "" if value == "-1" or parse_bytes(value) is not None else "bytes"


def check_object(value: str) -> str:
    """A container, image, volume or network by name or id."""
    return "" if _CONTAINER_NAME(value) == "" or check_image(value) == "" else "object"


def check_tail(value: str) -> str:
    """A number of lines, or `all`."""
    number = parse_count(value)
    return "" if value == "all" or (number is not None and number >= 0) else "count"


def _parsed(parse: Callable[[str], object | None], problem: str) -> Check:
    return lambda value: "" if parse(value) is not None else problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueKind:
    """A kind of value."""

    check: Check = check_text
    sample: str = "x"
    """A value that passes the check, to try the rest of a command with."""
    choices: SlotChoices | None = None


KINDS: dict[str, ValueKind] = {
    "container": ValueKind(check=_CONTAINER_NAME, sample="box", choices="containers"),
    "new-container": ValueKind(check=_NEW_NAME, sample="box"),
    "image": ValueKind(check=check_image, sample="busybox", choices="images"),
    "repository": ValueKind(check=check_text, sample="busybox", choices="images"),
    "new-image": ValueKind(check=check_new_image, sample="mine"),
    "volume": ValueKind(check=check_volume, sample="data", choices="volumes"),
    "volume-mount": ValueKind(sample="data:/data"),
    "new-volume": ValueKind(check=_NEW_NAME, sample="data"),
    "network": ValueKind(check=_NETWORK_NAME, sample="bridge", choices="networks"),
    "new-network": ValueKind(check=_NETWORK_NAME, sample="web"),
    "object": ValueKind(check=check_object, sample="box", choices="objects"),
    "context": ValueKind(check=check_folder, sample="."),
    "build-file": ValueKind(check=check_folder, sample="Dockerfile"),
    "host-port": ValueKind(check=check_port, sample="8080"),
    "container-port": ValueKind(check=check_port_spec, sample="80"),
    "port": ValueKind(check=check_port_spec, sample="80"),
    "expose": ValueKind(sample="80"),
    "container-path": ValueKind(check=check_container_path, sample="/data"),
    "user": ValueKind(check=_matching(_USER, "user"), sample="nobody"),
    "hostname": ValueKind(check=_matching(_HOSTNAME, "hostname"), sample="box"),
    "signal": ValueKind(check=_matching(_SIGNAL, "signal"), sample="TERM"),
    "platform": ValueKind(check=_matching(_PLATFORM, "platform"), sample="linux/amd64"),
    "time": ValueKind(check=_matching(_TIME, "time"), sample="10m"),
    "project": ValueKind(check=_matching(_PROJECT, "project"), sample="notes"),
    "service": ValueKind(check=_matching(_SERVICE, "service"), sample="web", choices="services"),
    "bytes": ValueKind(check=check_bytes, sample="64m"),
    "duration": ValueKind(check=_parsed(parse_duration, "duration"), sample="30s"),
    "count": ValueKind(check=_parsed(parse_count, "count"), sample="1"),
    "seconds": ValueKind(check=_parsed(parse_count, "count"), sample="10"),
    "decimal": ValueKind(check=_parsed(parse_decimal, "decimal"), sample="1"),
    "tail": ValueKind(check=check_tail, sample="10"),
    "env": ValueKind(sample="A=b"),
    "label": ValueKind(sample="a=b"),
    "build-arg": ValueKind(sample="A=b"),
    "filter": ValueKind(sample="name=x"),
    "format": ValueKind(sample="{{.ID}}"),
    "publish": ValueKind(sample="8080:80"),
    "mount": ValueKind(sample="source=data,target=/data"),
    "tmpfs": ValueKind(sample="/tmp"),  # noqa: S108  a path in a container
    "ulimit": ValueKind(sample="nofile=64"),
    "link": ValueKind(sample="box"),
    "host": ValueKind(sample="box:203.0.113.1"),
    "address": ValueKind(sample="9.9.9.9"),
    "stream": ValueKind(sample="stdout"),
    "path": ValueKind(),
    "compose-file": ValueKind(sample="compose.yaml"),
    "text": ValueKind(),
    "value": ValueKind(),
    "args": ValueKind(check=check_program),
    "ps-args": ValueKind(check=_matching(_PS_ARGUMENT, "ps_argument"), sample="aux"),
    "any": ValueKind(),
}
"""Every kind that the tables name, and those that slots are made of."""
