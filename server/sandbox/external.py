"""The `external` driver: a daemon that somebody else runs, taken only with the sandbox's label."""

from __future__ import annotations

from urllib.parse import urlsplit

from kb.errors import SandboxError
from server.sandbox.driver import Endpoint
from server.sandbox.handshake import refuse_known_socket

_HINT = "set KB_SANDBOX_HOST to unix:///path/of/the/socket or tcp://127.0.0.1:port"


class ExternalDriver:
    """A running daemon at a given address.

    Args:
        host: Its address: `unix:///…` or `tcp://…`.
    """

    name = "external"

    def __init__(self, host: str) -> None:
        self._host = host
        self._started = False

    def start(self) -> Endpoint:
        """Check the address; the label is checked when the daemon answers.

        Raises:
            SandboxError: There is no usable address, or it is a daemon of this machine's user.
        """
        parts = urlsplit(self._host)
        if not self._host:
            raise SandboxError(
                "no address of an external sandbox daemon is given",
                reason="no_address",
                hint=_HINT,
            )
        if parts.scheme == "unix":
            refuse_known_socket(parts.path)
        elif parts.scheme not in {"tcp", "http", "https"} or not parts.hostname:
            raise SandboxError(
                f"{self._host!r} is no address of a daemon", reason="no_address", hint=_HINT
            )
        self._started = True
        host = parts.hostname or "127.0.0.1"
        return Endpoint(base_url=self._host, label="kb.sandbox=", ports_host=host)

    def stop(self) -> None:
        """Let go of it; it is not ours to end."""
        self._started = False

    def why_no_reset(self) -> SandboxError:
        """Return that the data is not ours to delete."""
        return SandboxError(
            "an external sandbox is reset where it runs",
            reason="reset_elsewhere",
            hint="remove its containers, images and volumes there",
        )

    def reset(self) -> None:
        """Refuse.

        Raises:
            SandboxError: The data is not ours to delete.
        """
        raise self.why_no_reset()

    def alive(self) -> bool:
        """Tell whether it was taken into use; whether it answers shows at the next request."""
        return self._started
