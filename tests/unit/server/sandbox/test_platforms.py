"""Windows lacks Unix sockets, file locks of POSIX and `os.getuid`; the sandbox loads without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOAD = """
import os, socket, socketserver, sys
for module in (socket, socketserver):
    for name in [each for each in dir(module) if "Unix" in each or each == "AF_UNIX"]:
        delattr(module, name)
for name in ("fcntl", "grp", "pwd", "resource"):
    sys.modules[name] = None
for name in ("getuid", "geteuid", "getgid", "fork", "chown"):
    delattr(os, name)
import server.sandbox.dind.driver
import server.sandbox.runner.perform
import server.sandbox.service
"""


def test_the_sandbox_loads_without_what_windows_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOAD],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
