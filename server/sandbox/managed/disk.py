"""The daemon's data: a file system image of limited size, mounted for the daemon alone."""

from __future__ import annotations

import os
from pathlib import Path

from kb.errors import SandboxError
from server.sandbox.managed.config import SupervisorConfig
from server.sandbox.managed.kernel import run_tool

_SMALLEST_BYTES = 512 * 1024 * 1024


def image_path(data_dir: Path) -> Path:
    """Return where the image lies."""
    return data_dir / "data.img"


def mount_data(config: SupervisorConfig, target: Path) -> str:
    """Mount the daemon's data at `target`; made at the first time.

    Call it in the daemon's own mount namespace, so that the mount ends with it.

    Returns:
        A warning where the data has no limit of its own; else nothing.
    """
    folder = Path(config.data_dir)
    target.mkdir(parents=True, exist_ok=True)
    if config.disk_bytes <= 0:
        return _bind_folder(folder, target, "")
    image = image_path(folder)
    try:
        if not image.exists():
            _make_image(image, max(config.disk_bytes, _SMALLEST_BYTES))
        run_tool("mount", "-o", "loop,discard,nodev", str(image), str(target), timeout_s=120)
    except (OSError, SandboxError) as error:
        return _bind_folder(folder, target, f"no size limit on the sandbox's data: {error}")
    return ""


def _make_image(image: Path, size_bytes: int) -> None:
    """Make a sparse file with an empty ext4 in it; whole or not at all."""
    part = image.with_suffix(".part")
    with part.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.truncate(size_bytes)
    lazily = "lazy_itable_init=1,lazy_journal_init=1"
    run_tool("mkfs.ext4", "-q", "-F", "-m", "0", "-E", lazily, str(part), timeout_s=120)
    part.replace(image)


def _bind_folder(folder: Path, target: Path, warning: str) -> str:
    data = folder / "data"
    data.mkdir(mode=0o710, exist_ok=True)
    run_tool("mount", "--bind", str(data), str(target))
    return warning
