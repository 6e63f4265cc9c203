"""What everything stands on: Python, folders, disk, token, address."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import Final

from server.checkup.finding import Finding
from server.settings import Settings
from server.state import state_folder

_MIN_PYTHON: Final = (3, 11)
_BELOW_PYTHON: Final = (3, 14)
_MIN_FREE_BYTES: Final = 1_000_000_000


def check_python(_settings: Settings) -> Finding:
    """Look whether this Python is supported."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if _MIN_PYTHON <= sys.version_info[:2] < _BELOW_PYTHON:
        return Finding(check="python", verdict="ok", message=version)
    return Finding(
        check="python",
        verdict="broken",
        message=f"{version} is not supported",
        hint="install Python 3.11, 3.12 or 3.13, and run `make setup`",
    )


def check_notes(settings: Settings) -> Finding:
    """Look whether there are notes, and all can be read."""
    from ingest.vault import Vault

    scan = Vault(settings.notes_dir).scan()
    message = f"{len(scan.files)} notes in {settings.notes_dir}"
    if not scan.files:
        return Finding(
            check="notes",
            verdict="warning",
            message=message,
            hint="give the folder with your .md files by --notes or KB_NOTES",
        )
    if scan.warnings:
        first = scan.warnings[0]
        message += f"; {len(scan.warnings)} left out, the first: {first.note}: {first.message}"
        return Finding(check="notes", verdict="warning", message=message, hint=first.hint)
    return Finding(check="notes", verdict="ok", message=message)


def check_state(settings: Settings) -> Finding:
    """Look whether the state folder can be written, and who has it."""
    state = state_folder(settings)
    if not os.access(state.path, os.W_OK):
        return Finding(
            check="state",
            verdict="broken",
            message=f"{state.path} cannot be written",
            hint="change its permissions, or give another folder with --state",
        )
    running = state.running_server()
    message = str(state.path)
    if running is not None:
        message += f", used by the server at {running.url} (process {running.pid})"
    elif state.is_locked():
        return Finding(
            check="state",
            verdict="warning",
            message=f"{state.path} is in use by another kb process",
            hint="wait for it to end, or stop it",
        )
    return Finding(check="state", verdict="ok", message=message)


def check_token(settings: Settings) -> Finding:
    """Look whether there may be a server without a token, and whether others can read it."""
    from server.wiring import require_token_by_hand

    require_token_by_hand(settings)
    if settings.token is not None:
        return Finding(check="token", verdict="ok", message="set by KB_TOKEN")
    file = state_folder(settings).token_file
    if not file.exists():
        return Finding(check="token", verdict="ok", message="is made at the first start")
    if os.name == "posix" and file.stat().st_mode & 0o077:
        return Finding(
            check="token",
            verdict="warning",
            message=f"other users of this machine may read {file}",
            hint=f"delete it: `rm {shlex.quote(str(file))}`; the next start makes another",
        )
    return Finding(check="token", verdict="ok", message=f"kept in {file}, for you alone")


def check_disk(settings: Settings) -> Finding:
    """Look whether there is room for the index."""
    free_bytes = shutil.disk_usage(state_folder(settings).path).free
    message = f"{free_bytes / 1e9:.1f} GB free for the state folder"
    if free_bytes < _MIN_FREE_BYTES:
        return Finding(
            check="disk",
            verdict="warning",
            message=message,
            hint="make room, or put the state elsewhere with --state",
        )
    return Finding(check="disk", verdict="ok", message=message)


def check_port(settings: Settings) -> Finding:
    """Look whether the server can listen where the settings say."""
    from server.serving import PortTakenError, listen, port_of

    running = state_folder(settings).running_server()
    if running is not None:
        return Finding(check="port", verdict="ok", message=f"the server answers at {running.url}")
    try:
        sockets = listen(settings.host, settings.port)
    except PortTakenError as error:
        return Finding(check="port", verdict="warning", message=error.message, hint=error.hint)
    port = port_of(sockets[0])
    for each in sockets:
        each.close()
    return Finding(check="port", verdict="ok", message=f"port {port} on {settings.host} is free")
