"""Build contexts: the note's own files, or a folder of the state folder, as a tar archive."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kb.errors import InvalidInputError

MAX_CONTEXT_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is sent to the daemon to build from."""

    archive: bytes
    dockerfile: str
    """The Dockerfile's text."""
    left_out: tuple[str, ...] = ()
    """Files that were not taken: links and devices."""


def context_of_files(files: Mapping[str, bytes], dockerfile: str) -> Context:
    """Return the context of a note's own files.

    Raises:
        InvalidInputError: A path leads out, there is no Dockerfile, or it is too much.
    """
    entries = [(place_inside(path), data, 0o644) for path, data in sorted(files.items())]
    return _packed(entries, dockerfile, ())


def context_of_folder(base: Path, folder: str, dockerfile: str) -> Context:
    """Return the context of a folder; links and devices in it are left out.

    Args:
        base: The only folder that contexts may lie in.
        folder: Relative to it.
        dockerfile: Relative to the context.

    Raises:
        InvalidInputError: It lies elsewhere, is not there, has no Dockerfile, or is too much.
    """
    root = (base / place_inside(folder)).resolve()
    if not root.is_relative_to(base.resolve()):
        raise InvalidInputError(f"{folder!r} leads out of {base}", code="context_outside")
    if not root.is_dir():
        raise InvalidInputError(
            f"there is no build context {folder!r}",
            hint=f"make the folder {root} with a Dockerfile in it",
            code="no_context",
        )
    left_out: list[str] = []
    return _packed(list(_walk(root, left_out)), dockerfile, tuple(left_out))


def _walk(root: Path, left_out: list[str]) -> Iterator[tuple[str, bytes, int]]:
    size = 0
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not Path(folder, name).is_symlink())
        for name in sorted(files):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            kind = path.lstat()
            if not stat.S_ISREG(kind.st_mode):
                left_out.append(relative)
                continue
            size += kind.st_size
            if size > MAX_CONTEXT_BYTES:
                raise _too_much()
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as file:
                yield relative, file.read(), 0o755 if kind.st_mode & 0o100 else 0o644


def _packed(
    entries: list[tuple[str, bytes, int]], dockerfile: str, left_out: tuple[str, ...]
) -> Context:
    texts = {path: data for path, data, _ in entries}
    if sum(len(data) for data in texts.values()) > MAX_CONTEXT_BYTES:
        raise _too_much()
    if dockerfile not in texts:
        raise InvalidInputError(
            f"there is no {dockerfile} to build from",
            hint="the note must hold it as a block of its own, or the folder as a file",
            code="no_dockerfile",
        )
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, data, mode in entries:
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
    return Context(
        archive=buffer.getvalue(),
        dockerfile=texts[dockerfile].decode("utf-8", "replace"),
        left_out=left_out,
    )


def place_inside(path: str) -> str:
    """Return a relative path with `/` between its parts.

    Raises:
        InvalidInputError: It leads out of the folder that it is relative to.
    """
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in (parts.parts or ("",))[0]:
        raise InvalidInputError(
            f"{path!r} leads out of the build context",
            hint="use paths relative to the context, without `..`",
            code="context_outside",
        )
    return parts.as_posix()


def _too_much() -> InvalidInputError:
    return InvalidInputError(
        f"the build context is larger than {MAX_CONTEXT_BYTES // 1024 // 1024} MiB",
        hint="take out what the image does not need",
        code="context_too_large",
    )
