"""The port of the drivers: how a sandbox daemon is got, checked and thrown away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kb.errors import SandboxError
from kb.reasons import SandboxReason


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """The files with which a daemon on a TCP port and its client prove who they are (PEM)."""

    authority: Path
    """The certificate that has signed the daemon's."""
    certificate: Path
    """The client's own."""
    key: Path
    """The client's private key, mode 0600."""


class PortLinks(Protocol):
    """Ways from this machine to ports that containers have published; safe from any thread."""

    def reach(self, published: Collection[int]) -> Mapping[int, str]:
        """Return the address, `host:port`, at which each published TCP port is reached.

        Args:
            published: All TCP ports that are published now; ways to others are closed.

        Returns:
            Without the ports that cannot be reached.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a running daemon is reached, and how it proves to be the sandbox."""

    base_url: str
    """For `APIClient(base_url=…)`."""
    label: str
    """The label its `/info` must carry: `kb.sandbox=<uuid>`."""
    ports_host: str
    """The address that published ports are bound to, and reached under from this machine."""
    port_links: PortLinks | None = None
    """How they are reached where this machine does not reach that address; None where it does."""
    tls: TlsFiles | None = None
    """For a daemon behind TLS; None for a plain socket."""
    unlimited_data: str = ""
    """That nothing limits the size of the daemon's data, and why; empty where something does."""


class SandboxDriver(Protocol):
    """Starts and ends one daemon; calls come one at a time from one owner."""

    @property
    def name(self) -> str:
        """`managed`, `dind`, `external` or `off`."""

    def start(self) -> Endpoint:
        """Bring the daemon up and return where it is; it may need a moment to answer.

        Raises:
            SandboxError: It cannot be had here; the hint says what would help.
        """

    def stop(self) -> None:
        """End the daemon and everything of it but its data; harmless when it is not running."""

    def why_no_reset(self) -> SandboxError | None:
        """Return why the data is not the driver's to delete; None where it is."""

    def reset(self) -> None:
        """Delete the stopped daemon's data.

        Raises:
            SandboxError: The data is not the driver's to delete.
        """

    def alive(self) -> bool:
        """Tell whether the daemon's process is still there; cheap."""


class OffDriver:
    """No sandbox, and the reason why.

    Args:
        message: Why there is none.
        reason: The same for programs.
        further: Other reasons, where several drivers were tried.
        hint: How to get one.
    """

    name = "off"

    def __init__(
        self,
        message: str,
        *,
        reason: SandboxReason,
        further: tuple[SandboxReason, ...] = (),
        hint: str = "",
    ) -> None:
        self._message = message
        self._reasons = (reason, further)
        self._hint = hint

    def start(self) -> Endpoint:
        """Raise the reason."""
        raise self.why_no_reset()

    def why_no_reset(self) -> SandboxError:
        """Return the reason."""
        reason, further = self._reasons
        return SandboxError(
            self._message, reason=reason, further=further, hint=self._hint, code="sandbox_off"
        )

    def stop(self) -> None:
        """Nothing to end."""

    def reset(self) -> None:
        """Raise the reason."""
        self.start()

    def alive(self) -> bool:
        """Never."""
        return False
