"""The real Compose program: which there are on this machine, and what one is told of the world."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from kb.errors import SandboxError
from server.sandbox.runner.filter_socket import FilterAddress

Spelling = Literal["docker compose", "docker-compose"]

_WINDOWS = sys.platform == "win32"
_POSIX_FOLDERS = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/homebrew/bin",
    "/Applications/Docker.app/Contents/Resources/bin",
)
_PLUGIN_FOLDERS = (
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)
"""Where the docker client does not look by itself for `docker compose`; nor in the user's own
folder, for it gets another in its place."""
_WINDOWS_NEEDS = ("SYSTEMROOT", "PROGRAMFILES", "PROGRAMDATA", "TEMP", "PATHEXT")
"""Without these, programs of Windows find neither their network nor their plugins."""
_PROBE_TIMEOUT_S = 10


def find_compose() -> list[str]:
    """Return the command line of a Compose program.

    Raises:
        SandboxError: There is none.
    """
    found = find_programs()
    for spelling in ("docker compose", "docker-compose"):
        if spelling in found:
            return [*found[spelling]]
    raise SandboxError(
        "there is no Compose program on this machine",
        reason="no_compose",
        hint="on Debian and Ubuntu: apt-get install docker-compose",
        code="no_compose",
    )


def find_programs() -> Mapping[Spelling, tuple[str, ...]]:
    """Return the Compose programs that are here now, each as a command line."""
    found: dict[Spelling, tuple[str, ...]] = {}
    docker = shutil.which("docker", path=search_path())
    if docker and _knows_compose(docker):
        found["docker compose"] = (docker, "compose")
    if standalone := shutil.which("docker-compose", path=search_path()):
        found["docker-compose"] = (standalone,)
    return found


def absent_compose() -> str:
    """Return the spelling of Compose that this machine lacks while it has the other; else empty."""
    spellings: tuple[Spelling, ...] = ("docker compose", "docker-compose")
    found = find_programs()
    absent = [each for each in spellings if each not in found]
    return absent[0] if len(absent) == 1 else ""


def search_path() -> str:
    """Return where programs are looked for: on Windows where the user says, else as usual."""
    return os.environ.get("PATH", "") if _WINDOWS else os.pathsep.join(_POSIX_FOLDERS)


def write_config(folder: Path, address: FilterAddress) -> None:
    """Write the client's configuration: no credentials, no proxies, but what the filter wants."""
    own = Path.home() / ".docker" / "cli-plugins"
    plugins = [each for each in (*_PLUGIN_FOLDERS, str(own)) if Path(each).is_dir()]
    config = {"HttpHeaders": dict(address.headers), "cliPluginsExtraDirs": plugins}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def environment(home: Path, address: FilterAddress) -> dict[str, str]:
    """Return the program's environment.

    Args:
        home: The folder with its configuration.
        address: Where it finds the daemon.
    """
    return {
        **_inherited(),
        "PATH": search_path(),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LC_ALL": "C.UTF-8",
        "DOCKER_HOST": address.url,
        "DOCKER_CONFIG": str(home),
        "DOCKER_BUILDKIT": "0",
        "COMPOSE_DOCKER_CLI_BUILD": "0",
        "COMPOSE_ANSI": "never",
        "COMPOSE_PROGRESS": "plain",
        "COMPOSE_PARALLEL_LIMIT": "4",
        "PYTHONUNBUFFERED": "1",
    }


def _inherited() -> dict[str, str]:
    names = _WINDOWS_NEEDS if _WINDOWS else ()
    return {name: os.environ[name] for name in names if name in os.environ}


def _knows_compose(docker: str) -> bool:
    """Tell whether a docker client has the plugin."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of this machine's own
            [docker, "compose", "version"],
            capture_output=True,
            check=False,
            timeout=_PROBE_TIMEOUT_S,
            env={**_inherited(), "PATH": search_path(), "HOME": str(Path.home())},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
