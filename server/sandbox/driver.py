"""The port of the drivers: how a sandbox daemon is got, checked and thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kb.errors import SandboxError


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a running daemon is reached, and how it proves to be the sandbox."""

    base_url: str
    """For `APIClient(base_url=…)`."""
    label: str
    """The label its `/info` must carry: `kb.sandbox=<uuid>`."""
    ports_host: str
    """The address under which published ports are reached from this machine."""
    warning: str = ""
    """What is weaker here than it should be."""


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
        hint: How to get one.
    """

    name = "off"

    def __init__(self, message: str, *, hint: str = "") -> None:
        self._message = message
        self._hint = hint

    def start(self) -> Endpoint:
        """Raise the reason."""
        raise SandboxError(self._message, hint=self._hint, code="sandbox_off")

    def stop(self) -> None:
        """Nothing to end."""

    def reset(self) -> None:
        """Raise the reason."""
        self.start()

    def alive(self) -> bool:
        """Never."""
        return False
