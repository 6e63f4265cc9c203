"""A running daemon that has proved to be the sandbox, and clients that talk to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kb.errors import SandboxError
from server.sandbox.builtin_image import ensure_builtin_image
from server.sandbox.connection import why_closed
from server.sandbox.docker_config import use_empty_config
from server.sandbox.driver import Endpoint, TlsFiles
from server.sandbox.handshake import check_label
from server.sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from docker import APIClient

_CONNECT_TIMEOUT_S = 60.0
_RETRY_EVERY_S = 0.1
_ANY_VERSION = "1.24"
"""Every daemon tells its own version to a client of this one."""
_TRY_AGAIN = "`kb sandbox status` tells more; `kb sandbox start` tries again"


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
        return _client_of(self.endpoint, version=self.api_version, timeout_s=timeout_s)

    def listens(self) -> bool:
        """Tell whether anything takes connections at the daemon's address; cheap."""
        return why_closed(self.endpoint.base_url, self.endpoint.tls) is None


def connect(endpoint: Endpoint, *, alive: Callable[[], bool], settings: SandboxSettings) -> Engine:
    """Wait for the daemon's answer, check that it is the sandbox, and give it its first image.

    Args:
        endpoint: Where it is.
        alive: Tells whether waiting still makes sense.
        settings: How long to wait.

    Raises:
        SandboxError: It does not answer, is not the sandbox, or cannot hold the image.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    info = _first_answer(endpoint, alive, time.monotonic() + settings.start_timeout_s)
    check_label(info, endpoint.label)
    name = f"Docker {info.get('ServerVersion', '')}".strip()
    try:
        with _client_of(endpoint, version="auto", timeout_s=_CONNECT_TIMEOUT_S) as client:
            ensure_builtin_image(client)
            return Engine(endpoint, name=name, api_version=client.api_version)
    except (DockerException, RequestException, OSError) as error:
        raise SandboxError(
            f"the sandbox daemon answers, but cannot be set up: {error}",
            reason="set_up_failed",
            hint="where its disk is full, `kb sandbox reset` empties it",
        ) from error


def no_reply(error: Exception) -> SandboxError:
    """Return that a daemon which was reached before does not answer a question."""
    return SandboxError(
        f"the sandbox daemon does not answer: {error}", reason="no_reply", hint=_TRY_AGAIN
    )


def make_client(
    base_url: str, *, version: str, timeout_s: float | None, tls: TlsFiles | None = None
) -> APIClient:
    """Return a client of that address and no other, without the user's Docker configuration.

    Args:
        base_url: The address.
        version: The API version; `auto` asks the daemon for its own.
        timeout_s: How long an answer may take; None waits for as long as it lasts.
        tls: What the daemon and the client prove themselves with.

    Raises:
        docker.errors.DockerException: The daemon does not answer (only with `auto`).
    """
    if version != "auto":
        return _plain_client(base_url, version, timeout_s, tls)
    with _plain_client(base_url, _ANY_VERSION, timeout_s, tls) as client:
        found = str(client.version(api_version=False)["ApiVersion"])
    return _plain_client(base_url, found, timeout_s, tls)


def _plain_client(
    base_url: str, version: str, timeout_s: float | None, tls: TlsFiles | None
) -> APIClient:
    """Return a client that has not sent anything yet."""
    from docker import APIClient
    from docker.tls import TLSConfig

    use_empty_config()
    secured: TLSConfig | bool = False
    if tls is not None:
        pair = (str(tls.certificate), str(tls.key))
        secured = TLSConfig(client_cert=pair, ca_cert=str(tls.authority), verify=True)
    client = APIClient(base_url=base_url, version=version, timeout=timeout_s, tls=secured)  # type: ignore[arg-type]
    client.trust_env = False  # no proxy and no certificates of the environment get between
    return client


def _client_of(endpoint: Endpoint, *, version: str, timeout_s: float | None) -> APIClient:
    return make_client(endpoint.base_url, version=version, timeout_s=timeout_s, tls=endpoint.tls)


def _first_answer(
    endpoint: Endpoint, alive: Callable[[], bool], deadline: float
) -> Mapping[str, object]:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    while True:
        reason: Exception | None = why_closed(endpoint.base_url, endpoint.tls)
        if reason is None:
            try:
                with _client_of(endpoint, version="auto", timeout_s=_CONNECT_TIMEOUT_S) as client:
                    return client.info()
            except (DockerException, RequestException, OSError) as error:
                reason = error
        if not alive() or time.monotonic() > deadline:
            raise SandboxError(
                f"no sandbox daemon answers at {endpoint.base_url}: {reason}",
                reason="no_reply",
                hint=_TRY_AGAIN,
            ) from reason
        time.sleep(_RETRY_EVERY_S)
