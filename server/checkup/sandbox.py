"""What runs commands: the sandbox, and the programs that only some commands want."""

from __future__ import annotations

from kb.errors import SandboxError
from server.checkup.finding import Finding, Verdict
from server.settings import Settings
from server.state import state_folder


def check_sandbox(settings: Settings) -> Finding:
    """Look whether commands can be run."""
    from server.sandbox.service import Sandbox
    from server.wiring import sandbox_settings

    state = state_folder(settings)
    status = Sandbox(sandbox_settings(settings, state, port=settings.port)).status()
    if settings.sandbox == "off":
        return Finding(check="sandbox", verdict="ok", message="switched off (KB_SANDBOX=off)")
    if status.driver == "off" or status.state == "unavailable":
        return Finding(
            check="sandbox",
            verdict="warning",
            message="none; questions are answered, commands are not run",
            hint=status.message,
        )
    return Finding(
        check="sandbox", verdict="ok", message=f"can be had by the driver {status.driver}"
    )


def check_busybox(settings: Settings) -> Finding:
    """Look for the program that the sandbox's own image is made of."""
    from server.sandbox.builtin_image import BUILTIN_TAG, find_static_busybox

    binary = find_static_busybox()
    if binary is not None:
        message = f"{BUILTIN_TAG} is made of {binary}"
        return Finding(check="own image", verdict="ok", message=message)
    return Finding(
        check="own image",
        verdict="ok" if settings.sandbox == "off" else "warning",
        message="no static busybox: the sandbox has no image before the first pull",
        hint="on Debian and Ubuntu: apt-get install busybox-static",
    )


def check_compose(settings: Settings) -> Finding:
    """Look for the program that `docker compose` commands want."""
    from server.sandbox.runner.compose_program import find_compose

    try:
        program = find_compose()
    except SandboxError as error:
        verdict: Verdict = "ok" if settings.sandbox == "off" else "warning"
        return Finding(check="compose", verdict=verdict, message=error.message, hint=error.hint)
    return Finding(check="compose", verdict="ok", message=" ".join(program))
