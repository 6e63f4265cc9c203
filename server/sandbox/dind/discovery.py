"""Finds the user's own Docker Engine: where DOCKER_HOST says, else at the usual places."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from kb.errors import SandboxError
from server.sandbox.connection import why_closed
from server.sandbox.dind.host_engine import HOW_TO_GET, HostEngine
from server.sandbox.engine import make_client

_PING_TIMEOUT_S = 2.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PIPES = ("docker_engine", "dockerDesktopLinuxEngine")


def find_host_engine() -> HostEngine:
    """Return the first engine that answers within two seconds: DOCKER_HOST's, else a usual one.

    Raises:
        SandboxError: None answers.
    """
    tried = []
    for address in candidate_addresses():
        _check_local(address)
        if _answers(address):
            return HostEngine(address)
        tried.append(address)
    raise SandboxError(
        f"no Docker Engine answers at {', '.join(tried) or 'any usual place'}",
        reason="no_engine",
        hint=HOW_TO_GET,
    )


def candidate_addresses() -> list[str]:
    """Return where the user's engine may be: DOCKER_HOST alone, or the platform's usual places."""
    given = os.environ.get("DOCKER_HOST", "")
    if given:
        return [given]
    if sys.platform == "win32":
        return [f"npipe:////./pipe/{name}" for name in _PIPES]
    home, runtime = Path.home(), os.environ.get("XDG_RUNTIME_DIR")
    sockets = [
        Path("/var/run/docker.sock"),
        home / ".docker/run/docker.sock",
        home / ".docker/desktop/docker.sock",
        home / ".colima/default/docker.sock",
        home / ".rd/docker.sock",
        *([Path(runtime, "docker.sock")] if runtime else []),
    ]
    return [f"unix://{path}" for path in sockets if path.exists()]


def _check_local(address: str) -> None:
    """Refuse an engine elsewhere: its loopback, where the daemon is published, is not ours."""
    parts = urlsplit(address)
    if parts.scheme in {"unix", "npipe"} or parts.hostname in _LOOPBACK:
        return
    raise SandboxError(
        f"the Docker Engine at {address} is on another machine",
        reason="engine_elsewhere",
        hint="unset DOCKER_HOST to use this machine's, or run a labelled daemon and set "
        "KB_SANDBOX=external and KB_SANDBOX_HOST",
    )


def _answers(address: str) -> bool:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    if address.startswith("unix:") and why_closed(address) is not None:
        return False  # the SDK would leave a socket open
    try:
        make_client(address, version="auto", timeout_s=_PING_TIMEOUT_S).close()
        return True
    except (DockerException, RequestException, OSError, ValueError):
        return False
