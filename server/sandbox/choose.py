"""Which driver the settings mean."""

from __future__ import annotations

from server.sandbox.driver import OffDriver, SandboxDriver
from server.sandbox.external import ExternalDriver
from server.sandbox.managed.driver import ManagedDriver, why_not_managed
from server.sandbox.settings import SandboxSettings


def choose_driver(settings: SandboxSettings) -> SandboxDriver:
    """Return the driver of the settings' mode; `auto` takes the first that can work here."""
    if settings.mode == "off":
        return OffDriver("the sandbox is switched off", hint="unset KB_SANDBOX to switch it on")
    if settings.mode == "managed":
        return ManagedDriver(settings)
    if settings.mode == "external" or (settings.mode == "auto" and settings.host):
        return ExternalDriver(settings.host)
    reason = why_not_managed()
    if reason is None:
        return ManagedDriver(settings)
    return OffDriver(f"no sandbox: {reason.message}", hint=reason.hint)
