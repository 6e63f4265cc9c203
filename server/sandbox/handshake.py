"""Makes sure that the daemon we talk to is the sandbox, and never the user's own."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kb.errors import SandboxError
from server.sandbox.docker_config import user_config_folders

_KNOWN_SOCKETS = (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/containerd/containerd.sock",
)
_HINT = "commands run only on a daemon made for them; use KB_SANDBOX=managed"


def refuse_known_socket(path: str) -> None:
    """Refuse a socket that is, under whatever name, a daemon of the machine or of its user.

    Raises:
        SandboxError: It is one.
    """
    for known in known_sockets():
        if _is_same(path, known):
            raise SandboxError(
                f"{path} is this machine's own Docker daemon ({known})",
                reason="own_daemon",
                hint=_HINT,
                code="host_daemon_refused",
            )


def check_label(info: Mapping[str, object], label: str) -> None:
    """Refuse a daemon whose `/info` does not carry the label.

    Args:
        info: What the daemon tells of itself.
        label: The whole label, or its beginning up to and with `=` where any value will do.

    Raises:
        SandboxError: The label is not there.
    """
    found = info.get("Labels")
    labels = [str(each) for each in found] if isinstance(found, list) else []
    any_value = label.endswith("=")
    if label in labels or (any_value and any(each.startswith(label) for each in labels)):
        return
    raise SandboxError(
        f"the daemon does not carry the label {label}{'<id>' if any_value else ''}: "
        "it is not the sandbox",
        reason="no_label",
        hint="start it with `dockerd --label kb.sandbox=<uuid>`; " + _HINT,
        code="host_daemon_refused",
    )


def known_sockets() -> Iterator[str]:
    """Yield the sockets of daemons that are not the sandbox."""
    yield from _KNOWN_SOCKETS
    home, runtime = Path.home(), os.environ.get("XDG_RUNTIME_DIR")
    yield str(home / ".docker/run/docker.sock")
    yield str(home / ".docker/desktop/docker.sock")
    yield str(home / ".colima/default/docker.sock")
    yield str(home / ".rd/docker.sock")
    if runtime:
        yield f"{runtime}/docker.sock"
        yield f"{runtime}/podman/podman.sock"
    yield from _paths_of([os.environ.get("DOCKER_HOST", "")])
    for folder in user_config_folders():
        yield from _paths_of(_context_hosts(folder / "contexts/meta"))


def _context_hosts(folder: Path) -> Iterator[str]:
    for meta in folder.glob("*/meta.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            yield str(json.loads(meta.read_text())["Endpoints"]["docker"]["Host"])


def _paths_of(hosts: Iterable[str]) -> Iterator[str]:
    for host in hosts:
        parts = urlsplit(host)
        if parts.scheme == "unix" and parts.path:
            yield parts.path


def _is_same(path: str, known: str) -> bool:
    if os.path.realpath(path) == os.path.realpath(known):
        return True
    with contextlib.suppress(OSError):
        return Path(path).samefile(known)
    return False
