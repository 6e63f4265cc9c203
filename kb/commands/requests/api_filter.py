"""Which requests another program (Compose) may send to the sandbox's daemon, and in which form.

The Docker Engine API as an allow-list: a method and path that are not here do not get through, a
body that is not read here is not sent. The paths are those of API 1.24 to 1.x; older versions,
where a start request could still change a container, are not spoken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.requests.check import check_body
from kb.commands.requests.hardening import harden_body
from kb.commands.requests.value_rules import are_labels, is_endpoint, is_network
from kb.commands.texts import refused
from kb.commands.values.kinds import OBJECT_NAME
from kb.commands.values.references import parse_reference, refuse_private_registry

Body = Mapping[str, object]
Query = tuple[tuple[str, str], ...]
"""Every pair counts: of two with one name, the daemon takes the first."""
Reader = Callable[[Body, str, Rules], Body]

_VERSION = re.compile(r"/v1\.(\d{1,3})(?=/)")
_OLDEST = 24
_NAME = r"[a-zA-Z0-9][a-zA-Z0-9_.-]*"
_IMAGE = r"[a-zA-Z0-9][a-zA-Z0-9_.:/@-]*"
_READ = re.compile(
    rf"/_ping|/version|/info|/events|/system/df|/containers/json|/images/json|/volumes|/networks"
    rf"|/containers/{_NAME}/(?:json|logs|top|stats|changes)|/images/{_IMAGE}/(?:json|history)"
    rf"|/volumes/{_NAME}|/networks/{_NAME}|/exec/{_NAME}/json|/distribution/{_IMAGE}/json"
)
_ACT = re.compile(
    rf"/containers/{_NAME}/(?:start|stop|restart|kill|wait|resize|attach|rename|pause|unpause)"
    rf"|/images/{_IMAGE}/tag|/exec/{_NAME}/resize"
)
_DELETE = re.compile(rf"/containers/{_NAME}|/volumes/{_NAME}|/networks/{_NAME}|/images/{_IMAGE}")
_NOTHING = re.compile(r"(?!)")
_BODILESS = {"GET": _READ, "HEAD": _READ, "POST": _ACT, "DELETE": _DELETE}
_BUILD_PARAMETERS = frozenset(
    {
        "t", "dockerfile", "q", "nocache", "pull", "rm", "forcerm", "buildargs", "labels", "target",
        "platform", "version", "memory", "memswap", "cpushares", "cpusetcpus", "cpuperiod",
        "cpuquota", "shmsize", "networkmode", "cachefrom", "extrahosts", "ulimits", "squash",
        "cgroupparent", "securityopt", "isolation", "cpusetmems", "remote", "buildid", "session",
    }
)  # fmt: skip
_BUILD_HARMLESS = {
    "networkmode": frozenset({"", "default", "bridge", "none"}),
    "version": frozenset({"", "1"}),
    "cachefrom": frozenset({"", "[]", "null"}), "extrahosts": frozenset({"", "[]", "null"}),
    "ulimits": frozenset({"", "[]", "null"}), "securityopt": frozenset({"", "[]", "null"}),
    "cgroupparent": frozenset({""}), "remote": frozenset({""}), "session": frozenset({""}),
    "squash": frozenset({"", "0", "false"}), "isolation": frozenset({"", "default"}),
    "cpusetmems": frozenset({""}),
}  # fmt: skip
"""Parameters that may be there, with values that ask for nothing."""


def filter_request(
    method: str,
    target: str,
    body: Body | None,
    *,
    host_ip: str,
    rules: Rules = DEFAULT_RULES,
) -> Body | None:
    """Return the body to send instead of the one given; None where none was given.

    Args:
        method: `GET`, `HEAD`, `POST`, `PUT` or `DELETE`.
        target: The request's target: path and query, not decoded.
        body: The JSON object that was sent; None for another body (a build's files) or none.
        host_ip: The sandbox's address that ports are published at.
        rules: Limits of this installation.

    Raises:
        CommandRefusedError: `request_not_allowed` or `body_not_allowed`.
    """
    path, query = _split(method, target)
    if method == "POST" and (reader := _find_reader(path)) and body is not None:
        return reader(body, host_ip, rules)
    _check_bodiless(method, path, query)
    if body:
        raise _refuse(method, path)
    return None


def _check_bodiless(method: str, path: str, query: Query) -> None:
    """Judge a request that says all in its path and query; a body could only be an attempt."""
    if method == "POST" and path == "/build":
        _check_build(query)
    elif method == "POST" and path == "/images/create":
        _check_pull(query)
    elif not _BODILESS.get(method, _NOTHING).fullmatch(path):
        raise _refuse(method, path)


def _find_reader(path: str) -> Reader | None:
    if path in _READERS:
        return _READERS[path]
    for pattern, reader in _NAMED_READERS:
        if pattern.fullmatch(path):
            return reader
    return None


def _refuse(method: str, path: str) -> Exception:
    return refused("request_not_allowed", part=f"{method} {path[:80]}")


def _split(method: str, target: str) -> tuple[str, Query]:
    """Return the path without its version, and the query; only plain paths are let pass."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.fragment or "//" in parts.path:
        raise _refuse(method, target)
    path = parts.path.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/")
    version = _VERSION.match(path)
    if version and int(version[1]) < _OLDEST:
        raise _refuse(method, target)
    path = path[version.end() :] if version else path
    if "%" in path or ".." in path.split("/"):
        raise _refuse(method, target)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    if any("\0" in value for pair in query for value in pair):
        raise _refuse(method, target)
    return path, query


def _only(body: Body, known: set[str], where: str) -> None:
    for key, value in body.items():
        if key not in known and value not in (None, "", False, [], {}, 0):
            raise refused("body_not_allowed", part=f"{where}.{key}")


def _read_container(body: Body, host_ip: str, rules: Rules) -> Body:
    hardened = harden_body(body, host_ip=host_ip, rules=rules)
    check_body(hardened, rules=rules)
    return hardened


def _read_volume(body: Body, _host_ip: str, rules: Rules) -> Body:
    _only(body, {"Name", "Driver", "Labels"}, "volume")
    name = body.get("Name") or ""
    if body.get("Driver") not in (None, "", "local"):
        raise refused("body_not_allowed", part="volume.Driver")
    if (name and not OBJECT_NAME.fullmatch(str(name))) or not are_labels(body.get("Labels"), rules):
        raise refused("body_not_allowed", part="volume.Name")
    return {"Name": name, "Driver": "local", "Labels": body.get("Labels") or {}}


def _read_network(body: Body, _host_ip: str, rules: Rules) -> Body:
    known = {"Name", "Driver", "Labels", "CheckDuplicate", "Internal", "Attachable", "EnableIPv4"}
    ipam = body.get("IPAM")
    if isinstance(ipam, Mapping):
        _only(ipam, {"Driver"}, "network.IPAM")
        if ipam.get("Driver") not in (None, "", "default"):
            raise refused("body_not_allowed", part="network.IPAM.Driver")
        body = {key: value for key, value in body.items() if key != "IPAM"}
    _only(body, known, "network")
    if body.get("Driver") not in (None, "", "default", "bridge"):
        raise refused("body_not_allowed", part="network.Driver")
    if not is_network(body.get("Name") or "host", rules) or not are_labels(
        body.get("Labels"), rules
    ):
        raise refused("body_not_allowed", part="network.Name")
    return {
        "Name": body.get("Name"), "Driver": "bridge", "CheckDuplicate": True,
        "Internal": body.get("Internal") is True, "Attachable": body.get("Attachable") is True,
        "Labels": body.get("Labels") or {},
    }  # fmt: skip


def _read_connect(body: Body, _host_ip: str, _rules: Rules) -> Body:
    _only(body, {"Container", "EndpointConfig"}, "connect")
    if not re.fullmatch(_NAME, str(body.get("Container", ""))):
        raise refused("body_not_allowed", part="connect.Container")
    if not is_endpoint(body.get("EndpointConfig")):
        raise refused("body_not_allowed", part="connect.EndpointConfig")
    return body


def _read_disconnect(body: Body, _host_ip: str, _rules: Rules) -> Body:
    _only(body, {"Container", "Force"}, "disconnect")
    return body


def _read_exec(body: Body, _host_ip: str, _rules: Rules) -> Body:
    known = {
        "AttachStdin", "AttachStdout", "AttachStderr", "DetachKeys", "Tty", "Env", "Cmd", "User",
        "WorkingDir", "Detach",
    }  # fmt: skip
    _only(body, known, "exec")
    return {**body, "Privileged": False}


def _read_exec_start(body: Body, _host_ip: str, _rules: Rules) -> Body:
    _only(body, {"Detach", "Tty", "ConsoleSize"}, "exec")
    return body


_READERS: dict[str, Reader] = {
    "/containers/create": _read_container,
    "/volumes/create": _read_volume,
    "/networks/create": _read_network,
}
_NAMED_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(rf"/networks/{_NAME}/connect"), _read_connect),
    (re.compile(rf"/networks/{_NAME}/disconnect"), _read_disconnect),
    (re.compile(rf"/containers/{_NAME}/exec"), _read_exec),
    (re.compile(rf"/exec/{_NAME}/start"), _read_exec_start),
)


def _check_build(query: Query) -> None:
    """A build by the daemon's own builder, from the files that are sent; no other source."""
    for name, value in query:
        allowed = _BUILD_HARMLESS.get(name)
        if name not in _BUILD_PARAMETERS or (allowed is not None and value not in allowed):
            raise refused("body_not_allowed", part=f"build.{name}")
        if name == "dockerfile" and (value.startswith("/") or ".." in value.split("/")):
            raise refused("body_not_allowed", part="build.dockerfile")


def _check_pull(query: Query) -> None:
    for name, value in query:
        if name not in {"fromImage", "tag", "platform"} and value:
            raise refused("body_not_allowed", part=f"pull.{name}")
    images = [value for name, value in query if name == "fromImage"]
    if len(images) != 1 or parse_reference(images[0]) is None:
        raise refused("body_not_allowed", part="pull.fromImage")
    refuse_private_registry(images[0])
