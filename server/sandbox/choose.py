"""Which driver the settings mean."""

from __future__ import annotations

from server.sandbox.dind.driver import DindDriver, why_not_dind
from server.sandbox.driver import OffDriver, SandboxDriver
from server.sandbox.external import ExternalDriver
from server.sandbox.managed.driver import ManagedDriver, why_not_managed
from server.sandbox.settings import SandboxSettings


def choose_driver(settings: SandboxSettings) -> SandboxDriver:
    """Return the driver of the settings' mode; `auto` takes the first that can work here."""
    if settings.mode == "off":
        return OffDriver(
            "the sandbox is switched off",
            reason="switched_off",
            hint="unset KB_SANDBOX to switch it on",
        )
    if settings.mode == "managed":
        return ManagedDriver(settings)
    if settings.mode == "external" or (settings.mode == "auto" and settings.host):
        return ExternalDriver(settings.host)
    if settings.mode == "dind":
        return DindDriver(settings)
    return _first_that_can_work(settings)


def _first_that_can_work(settings: SandboxSettings) -> SandboxDriver:
    """Return `managed`, which is held in best, else `dind`, else the reasons against both."""
    no_own = why_not_managed()
    if no_own is None:
        return ManagedDriver(settings)
    no_engine = why_not_dind()
    if no_engine is None:
        return DindDriver(settings)
    return OffDriver(
        f"no sandbox: {no_own.message}, and {no_engine.message}",
        reason=no_own.reasons[0],
        further=(*no_own.reasons, *no_engine.reasons),
        hint="; or ".join(dict.fromkeys(filter(None, (no_own.hint, no_engine.hint)))),
    )
