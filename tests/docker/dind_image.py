"""An image with a dockerd, made of Debian packages: what `docker:dind` is, without a registry.

It is made once and kept, since that takes a minute or two.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

IMAGE = "kb-test-dind:latest"
_KEPT = Path("/var/tmp")
_PACKAGES = "docker.io,iptables,ca-certificates"
_NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt")
_TIMEOUT_S = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where this machine's own packages come from."""

    mirror: str
    release: str
    components: str


class NoImageError(Exception):
    """The image cannot be made here."""


def dind_image() -> Path:
    """Return the image's root as a tar archive, made unless it is kept.

    Raises:
        NoImageError: It cannot be made here; says why.
    """
    source = find_source()
    recipe = hashlib.sha256(f"{source} {_PACKAGES}".encode()).hexdigest()[:12]
    folder = _KEPT / f"kb-test-dind-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise NoImageError(f"{folder} is somebody else's")
    image = folder / f"{recipe}.tar"
    with FileLock(folder / "lock"):
        if not image.exists():
            _make(source, image)
    return image


def find_source() -> Source:
    """Return what apt's own sources name for this release.

    Raises:
        NoImageError: There is no apt, or nothing to make the image with.
    """
    if shutil.which("debootstrap") is None:
        raise NoImageError("missing programs: debootstrap")
    target = "$(CODENAME) $(REPO_URI) $(COMPONENT)"
    listed = _run("apt-get", "indextargets", "--format", target, "Created-By: Packages")
    rows = [line.split() for line in listed.splitlines()]
    for release, mirror, _ in (row for row in rows if len(row) == 3):
        if "-" not in release:
            same = {row[2] for row in rows if row[:2] == [release, mirror]}
            return Source(mirror=mirror, release=release, components=",".join(sorted(same)))
    raise NoImageError("apt names no mirror")


def _make(source: Source, image: Path) -> None:
    with tempfile.TemporaryDirectory(dir=image.parent) as name:
        root = Path(name, "root")
        # In namespaces of its own: what it mounts goes with it, however it ends.
        _run(
            "unshare", "--mount", "--pid", "--fork", "--kill-child",
            "debootstrap", "--variant=minbase", f"--include={_PACKAGES}",
            f"--components={source.components}", source.release, str(root), source.mirror,
        )  # fmt: skip
        for each in _NOT_NEEDED:
            shutil.rmtree(root / each, ignore_errors=True)
        packed = Path(name, "image.tar")
        _run("tar", "--create", f"--file={packed}", f"--directory={root}", "--one-file-system", ".")
        packed.rename(image)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
            env={**os.environ, "DPKG_FORCE": "unsafe-io"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoImageError(str(error)) from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NoImageError(f"{command[0]} failed: {said[-1] if said else done.returncode}")
    return done.stdout
