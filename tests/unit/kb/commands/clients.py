"""The docker clients that are installed here."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def find_clients() -> list[str]:
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    found = [shutil.which("docker", path=folder) for folder in folders]
    return sorted({str(Path(path).resolve()) for path in found if path})


CLIENTS = find_clients()
MISSING = "NO DOCKER CLIENT HERE: what it would do is not compared"
