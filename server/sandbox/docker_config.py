"""The Docker client's configuration: the user's own, and the empty one that the SDK gets."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

_VARIABLE = "DOCKER_CONFIG"
_lock = threading.Lock()
_empty: list[tempfile.TemporaryDirectory[str]] = []
_users_own: list[str] = []
"""What the variable was before it was replaced."""


def use_empty_config() -> None:
    """Point the SDK at a configuration folder that is empty: no credentials, proxies, contexts."""
    with _lock:
        if not _empty:
            _empty.append(tempfile.TemporaryDirectory(prefix="kb-docker-config-"))
        before = os.environ.get(_VARIABLE, "")
        if before != _empty[0].name:
            _users_own[:] = [before]
            os.environ[_VARIABLE] = _empty[0].name


def user_config_folders() -> tuple[Path, ...]:
    """Return the folders of the user's own configuration: the usual one, and DOCKER_CONFIG's."""
    with _lock:
        given = os.environ.get(_VARIABLE, "")
        if _empty and given == _empty[0].name:
            given = _users_own[0]
    usual = Path.home() / ".docker"
    return (usual, Path(given)) if given else (usual,)
