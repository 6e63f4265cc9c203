"""The notes folder: which files are notes, and reading them safely."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Final

from ingest.decoding import decode_note
from ingest.ignoring import IGNORE_FILE, IgnoreRules
from kb.errors import NotFoundError, VaultError
from kb.model import NoteId, NoteWarning

MAX_NOTE_BYTES: Final = 32 * 1024 * 1024
_PERMISSIONS: Final = "check its permissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFile:
    """A note's file as a walk finds it."""

    id: NoteId
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultScan:
    """The notes of a folder, by path, and what was left out though it looks like a note."""

    files: tuple[VaultFile, ...]
    warnings: tuple[NoteWarning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSource:
    """A note as it was read."""

    file: VaultFile
    text: str
    """The decoded text with line ends as `\\n`."""
    encoding: str
    sha256: str
    """Of the file's bytes."""
    warnings: tuple[NoteWarning, ...] = ()


class Vault:
    """A folder of Markdown files.

    Args:
        folder: The notes folder.
        max_bytes: Larger files are left out with a warning.

    Raises:
        VaultError: There is no such folder.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_NOTE_BYTES) -> None:
        self._given = folder
        self._max_bytes = max_bytes
        self._folder = folder.expanduser().resolve()
        self._require_folder()

    @property
    def folder(self) -> Path:
        """The notes folder, absolute, symlinks resolved."""
        return self._folder

    def rules(self) -> IgnoreRules:
        """Return the rules for what is left out, with `.kbignore` as it is now."""
        try:
            text = (self._folder / IGNORE_FILE).read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            text = ""
        return IgnoreRules(text.splitlines())

    def scan(self) -> VaultScan:
        """Walk the folder.

        Hidden files, other programs' folders and what `.kbignore` lists are left out; a symlink
        is followed to a file inside the folder only, others are warned of.

        Raises:
            VaultError: The folder is gone or cannot be read.
        """
        self._require_folder()
        files: list[VaultFile] = []
        warnings: list[NoteWarning] = []
        for found in self._walk(self.rules()):
            if isinstance(found, VaultFile):
                files.append(found)
            else:
                warnings.append(found)
        files.sort(key=lambda file: file.id)
        return VaultScan(files=tuple(files), warnings=tuple(warnings))

    def read(self, note: NoteId) -> str:
        r"""Return the decoded source with line ends as `\n`.

        Raises:
            NotFoundError: There is no such note in the folder.
            VaultError: The file cannot be read, or is no text.
        """
        return self.load(note).text

    def load(self, note: NoteId) -> NoteSource:
        """Read and decode a note.

        Raises:
            NotFoundError: There is no such note in the folder.
            VaultError: The file cannot be read, is no text, or is too large.
        """
        path = self.path_of(note)
        if self.rules().ignores(note) or not path.is_file():
            raise _not_found(note)
        try:
            data, file = self._read_bytes(note, path)
        except OSError as error:
            raise _unreadable(note, error) from error
        decoded = decode_note(note, data)
        return NoteSource(
            file=file,
            text=decoded.text,
            encoding=decoded.encoding,
            sha256=hashlib.sha256(data).hexdigest(),
            warnings=decoded.warnings,
        )

    def path_of(self, note: NoteId) -> Path:
        """Return the path of a note, which need not exist.

        Raises:
            NotFoundError: The id leads out of the folder.
        """
        parts = note.split("/")
        if "\0" in note or "\\" in note or any(part in {"", ".", ".."} for part in parts):
            raise _not_found(note)
        path = self._folder.joinpath(*parts)
        if not self._stays_inside(path):
            raise _not_found(note)
        return path

    def _require_folder(self) -> None:
        if not self._folder.is_dir():
            what = "is not a folder" if self._folder.exists() else "does not exist"
            raise VaultError(
                f"the notes folder {self._given} {what}",
                hint="give the folder with your Markdown files by --notes or KB_NOTES",
                code="vault_missing",
            )

    def _read_bytes(self, note: NoteId, path: Path) -> tuple[bytes, VaultFile]:
        with path.open("rb") as stream:
            stat = os.fstat(stream.fileno())
            if stat.st_size > self._max_bytes:
                raise _too_large(note, stat.st_size, self._max_bytes)
            data = stream.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            raise _too_large(note, len(data), self._max_bytes)
        return data, VaultFile(id=note, size_bytes=len(data), mtime_ns=stat.st_mtime_ns)

    def _walk(self, rules: IgnoreRules) -> Iterator[VaultFile | NoteWarning]:
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(self._folder / folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if not folder:
                    raise VaultError(
                        f"the notes folder {self._given} cannot be read: {error.strerror}",
                        hint=_PERMISSIONS,
                    ) from error
                yield _warn(
                    folder,
                    f"the folder cannot be read: {error.strerror}",
                    hint=_PERMISSIONS,
                    code="folder_unreadable",
                )
                continue
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not rules.ignores_folder(path):
                        folders.append(path)
                elif _is_folder(entry):
                    if not rules.ignores_folder(path):
                        yield _linked_folder(path)
                elif not rules.ignores_file(path):
                    yield from self._look_at(path, entry)

    def _look_at(self, path: str, entry: os.DirEntry[str]) -> Iterator[VaultFile | NoteWarning]:
        odd = _oddity(path)
        if odd:
            yield _warn(path, odd, hint="rename it", code="odd_file_name")
            return
        try:
            if entry.is_symlink() and not self._stays_inside(self._folder / path):
                yield _outside_link(path)
                return
            stat = entry.stat()
        except OSError as error:
            yield _warn(
                path,
                f"the file cannot be read: {error.strerror}",
                hint="check where the link leads" if entry.is_symlink() else _PERMISSIONS,
                code="note_unreadable",
            )
            return
        if S_ISREG(stat.st_mode):
            yield VaultFile(id=NoteId(path), size_bytes=stat.st_size, mtime_ns=stat.st_mtime_ns)

    def _stays_inside(self, path: Path) -> bool:
        # Unlike `Path.resolve`, this does not raise for a link that leads to itself.
        return Path(os.path.realpath(path)).is_relative_to(self._folder)


def _not_found(note: NoteId) -> NotFoundError:
    return NotFoundError(
        f"there is no note {note!r}", hint="give its path relative to the notes folder"
    )


def _unreadable(note: NoteId, error: OSError) -> VaultError:
    return VaultError(
        f"{note} cannot be read: {error.strerror or error}",
        hint="check the file's permissions",
        code="note_unreadable",
    )


def _too_large(note: NoteId, size_bytes: int, max_bytes: int) -> VaultError:
    megabyte = 1024 * 1024
    return VaultError(
        f"{note} has {size_bytes / megabyte:.1f} MB, more than the {max_bytes // megabyte} MB"
        " that a note may have",
        hint="split the file, or list it in .kbignore",
        code="note_too_large",
    )


def _is_folder(link: os.DirEntry[str]) -> bool:
    """Tell whether a link leads to a folder; one that leads nowhere, or in a circle, does not."""
    try:
        return link.is_dir()
    except OSError:
        return False


def _oddity(path: str) -> str:
    """Say why a path cannot be a note's id; empty where it can."""
    if _shown(path) != path:
        return "the name is not UTF-8"
    return "the name has a backslash, which parts folders elsewhere" if "\\" in path else ""


def _outside_link(path: str) -> NoteWarning:
    return _link(path, "out of the notes folder", "put the file itself here", code="outside_link")


def _linked_folder(path: str) -> NoteWarning:
    return _link(path, "to a folder", "move the folder itself here", code="folder_link")


def _link(path: str, where: str, instead: str, *, code: str) -> NoteWarning:
    return _warn(
        path,
        f"a link {where} is not followed",
        hint=f"{instead}, or list the link in .kbignore to hear no more of it",
        code=code,
    )


def _warn(path: str, message: str, *, code: str, hint: str) -> NoteWarning:
    return NoteWarning(note=NoteId(_shown(path)), line=0, message=message, hint=hint, code=code)


def _shown(path: str) -> str:
    """Return a path with a question mark for each byte that is not UTF-8."""
    return path.encode("utf-8", "replace").decode("utf-8")
