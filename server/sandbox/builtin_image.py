"""The image that the sandbox always has: busybox, made from this machine's static binary.

The same binary always gives the same image, down to its id.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import struct
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import APIClient

BUILTIN_TAG = "busybox:latest"
_BINARIES = (Path("/bin/busybox"), Path("/usr/bin/busybox"), Path("/usr/local/bin/busybox"))
_EPOCH = "2020-01-01T00:00:00Z"
_MTIME = 1_577_836_800
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
_FOLDERS = ("bin", "etc", "home", "root", "tmp", "usr", "usr/bin", "usr/sbin", "var", "var/tmp")
_ELF_64_BIT = 2
_PT_INTERP = 3
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
_LINKS = {"sbin": "bin", "usr/bin/env": "../../bin/env"}


def ensure_builtin_image(client: APIClient) -> bool:
    """Load the image unless the daemon has one of its name.

    Returns:
        Whether the daemon has it now; False where this machine has no static busybox.
    """
    from docker.errors import ImageNotFound

    try:
        client.inspect_image(BUILTIN_TAG)
    except ImageNotFound:
        binary = find_static_busybox()
        if binary is None:
            return False
        for _ in client.load_image(make_image(binary, BUILTIN_TAG), quiet=True):
            pass
    return True


def find_static_busybox(candidates: Sequence[Path] = _BINARIES) -> Path | None:
    """Return a busybox that needs no libraries, if this machine has one."""
    return next((path for path in candidates if path.is_file() and _is_static(path)), None)


def make_image(binary: Path, tag: str) -> bytes:
    """Return the image as `docker save` would write it.

    Args:
        binary: A static busybox.
        tag: The image's name.
    """
    layer = make_layer(binary)
    description = describe_image([layer], {})
    name = f"{hashlib.sha256(description).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": [tag], "Layers": ["layer.tar"]}]
    return make_tar(
        {name: description, "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()}
    )


def describe_image(layers: Sequence[bytes], config: Mapping[str, object]) -> bytes:
    """Return an image's configuration as JSON; its digest is the image's id.

    Args:
        layers: The layers' tar archives, the lowest first.
        config: `Cmd`, `Env`, `ExposedPorts`, …, over the default: a shell.
    """
    history = {"created": _EPOCH, "created_by": "busybox of this machine"}
    description = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "config": {"Cmd": ["sh"], "Env": [_PATH], **config},
        "created": _EPOCH,
        "history": [history for _ in layers],
        "os": "linux",
        "rootfs": {
            "type": "layers",
            "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers],
        },
    }
    return json.dumps(description, sort_keys=True).encode()


def make_layer(binary: Path) -> bytes:
    """Return a tar archive with busybox under all its names and what a root needs beside it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in _FOLDERS:
            _add_folder(tar, name)
        for name, text in _FILES.items():
            _add_file(tar, name, text.encode(), 0o644)
        _add_file(tar, "bin/busybox", binary.read_bytes(), 0o755)
        for applet in _applets(binary):
            _add_link(tar, f"bin/{applet}", "busybox")
        for name, target in _LINKS.items():
            _add_link(tar, name, target)
    return buffer.getvalue()


def make_tar(files: Mapping[str, bytes], *, mode: int = 0o644) -> bytes:
    """Return a tar archive of files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in files.items():
            _add_file(tar, name, data, mode)
    return buffer.getvalue()


def _applets(binary: Path) -> list[str]:
    done = subprocess.run(  # noqa: S603 - a program of this machine's own, found by full path
        [str(binary), "--list"], capture_output=True, text=True, check=True, timeout=30
    )
    return sorted(set(done.stdout.split()) - {"busybox"})


def _add_file(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    entry = _entry(name, mode)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _add_folder(tar: tarfile.TarFile, name: str) -> None:
    entry = _entry(name, 0o1777 if name in {"tmp", "var/tmp"} else 0o755)
    entry.type = tarfile.DIRTYPE
    tar.addfile(entry)


def _add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = _entry(name, 0o777)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)


def _entry(name: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime = mode, _MTIME
    return entry


def _is_static(path: Path) -> bool:
    """Tell whether an ELF file asks for no program interpreter (PT_INTERP)."""
    data = path.read_bytes()[:4096]
    if data[:4] != b"\x7fELF" or data[4] not in {1, _ELF_64_BIT}:
        return False
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == _ELF_64_BIT
    (offset,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 32 if wide else 28)
    size, count = struct.unpack_from(f"{order}HH", data, 54 if wide else 42)
    kinds = (struct.unpack_from(f"{order}I", data, offset + at * size)[0] for at in range(count))
    return _PT_INTERP not in kinds
