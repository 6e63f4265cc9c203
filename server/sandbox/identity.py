"""The sandbox's id, kept in its folder: by it the daemon is known to be the sandbox."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path


def read_id(folder: Path) -> str:
    """Return the id kept in the sandbox's folder; made, with the folder, at the first call."""
    path = folder / "id"
    if path.exists():
        with contextlib.suppress(ValueError):
            return str(uuid.UUID(path.read_text().strip()))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = str(uuid.uuid4())
    path.write_text(made + "\n")
    path.chmod(0o600)
    return made


def forget_id(folder: Path) -> None:
    """Throw the id away; the next sandbox gets another."""
    (folder / "id").unlink(missing_ok=True)


def short_sandbox_id(sandbox_id: str) -> str:
    """Return the first eight hexadecimal digits, for names of devices, groups, containers."""
    return sandbox_id.replace("-", "")[:8]


def label_of(sandbox_id: str) -> str:
    """Return the label by which the daemon is known to be the sandbox."""
    return f"kb.sandbox={sandbox_id}"
