"""A running daemon that has proved to be the sandbox, and clients that talk to it."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.errors import SandboxError
from server.sandbox.builtin_image import ensure_builtin_image
from server.sandbox.driver import Endpoint
from server.sandbox.handshake import check_label
from server.sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from docker import APIClient

_CONNECT_TIMEOUT_S = 60.0
_PROBE_TIMEOUT_S = 5.0
_RETRY_EVERY_S = 0.1
_DEFAULT_PORT = 2375
_config_lock = threading.Lock()
_empty_config: list[tempfile.TemporaryDirectory[str]] = []


class Engine:
    """A daemon with the sandbox's label.

    Args:
        endpoint: Where it is.
        name: What it calls itself, with its version.
        api_version: The API version that both sides speak.
    """

    def __init__(self, endpoint: Endpoint, *, name: str, api_version: str) -> None:
        self.endpoint = endpoint
        self.name = name
        self.api_version = api_version

    def client(self, *, timeout_s: float | None = None) -> APIClient:
        """Return a new client, for one thread; the caller closes it.

        Args:
            timeout_s: How long an answer may take; None waits for as long as it lasts.
        """
        return make_client(self.endpoint.base_url, version=self.api_version, timeout_s=timeout_s)

    def listens(self) -> bool:
        """Tell whether anything takes connections at the daemon's address; cheap."""
        return _why_closed(self.endpoint.base_url) is None


def connect(endpoint: Endpoint, *, alive: Callable[[], bool], settings: SandboxSettings) -> Engine:
    """Wait for the daemon's answer, check that it is the sandbox, and give it its first image.

    Args:
        endpoint: Where it is.
        alive: Tells whether waiting still makes sense.
        settings: How long to wait.

    Raises:
        SandboxError: It does not answer, or is not the sandbox.
    """
    info = _first_answer(endpoint, alive, time.monotonic() + settings.start_timeout_s)
    check_label(info, endpoint.label)
    with make_client(endpoint.base_url, version="auto", timeout_s=_CONNECT_TIMEOUT_S) as client:
        version = str(info.get("ServerVersion", ""))
        engine = Engine(endpoint, name=f"Docker {version}".strip(), api_version=client.api_version)
        ensure_builtin_image(client)
    return engine


def make_client(base_url: str, *, version: str, timeout_s: float | None) -> APIClient:
    """Return a client of that address and no other, without the user's Docker configuration."""
    from docker import APIClient

    _use_empty_config()
    client = APIClient(base_url=base_url, version=version, timeout=timeout_s)  # type: ignore[arg-type]
    client.trust_env = False  # no proxy of the environment gets between
    return client


def _first_answer(
    endpoint: Endpoint, alive: Callable[[], bool], deadline: float
) -> Mapping[str, object]:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    while True:
        reason: Exception | None = _why_closed(endpoint.base_url)
        if reason is None:
            try:
                with make_client(
                    endpoint.base_url, version="auto", timeout_s=_CONNECT_TIMEOUT_S
                ) as client:
                    return client.info()
            except (DockerException, RequestException, OSError) as error:
                reason = error
        if not alive() or time.monotonic() > deadline:
            raise SandboxError(
                f"no sandbox daemon answers at {endpoint.base_url}: {reason}",
                hint="`kb sandbox status` tells more; `kb sandbox start` tries again",
            ) from reason
        time.sleep(_RETRY_EVERY_S)


def _why_closed(base_url: str) -> OSError | None:
    """Return why nothing takes connections at an address; None where something does."""
    parts = urlsplit(base_url)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(_PROBE_TIMEOUT_S)
                probe.connect(parts.path)
        else:
            address = (parts.hostname or "", parts.port or _DEFAULT_PORT)
            socket.create_connection(address, _PROBE_TIMEOUT_S).close()
    except OSError as error:
        return error
    return None


def _use_empty_config() -> None:
    """Point the SDK at a configuration folder that is empty: no credentials, proxies, contexts."""
    with _config_lock:
        if not _empty_config:
            _empty_config.append(tempfile.TemporaryDirectory(prefix="kb-docker-config-"))
        os.environ["DOCKER_CONFIG"] = _empty_config[0].name
