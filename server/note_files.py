"""Saving and deleting notes over the API, such that no byte of the user's is ever lost.

A note is replaced whole or not at all, only by who has read its present content (ETag), and what
is replaced or deleted is kept in the trash of the state folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from ingest.ignoring import NOTE_SUFFIXES
from ingest.vault import Vault
from kb.errors import ConflictError, InvalidInputError, KbError, NotFoundError
from kb.model import NoteId
from server.storage import telling_disk_errors

MAX_NAME_BYTES = 255
MAX_PATH_CHARS = 1000
_NEW_FILE_MODE = 0o666
_MAKE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)


class EditingOffError(KbError):
    """The server was started without `--edit`."""

    default_code = "editing_off"


class PreconditionError(ConflictError):
    """The note is not what the writer thinks it is, or the writer did not say."""

    default_code = "changed_since_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What must hold for a write: `If-Match` and `If-None-Match` as they were sent."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, etag: str | None) -> None:
        """Compare with the present content's tag; None where there is no such note.

        Raises:
            PreconditionError: It does not hold, or nothing was said about a note that is there.
        """
        if self.if_none_match is not None and _matches(self.if_none_match, etag):
            raise PreconditionError(
                "the note exists already", hint="read it, and send its ETag as If-Match"
            )
        if self.if_match is not None and not _matches(self.if_match, etag):
            raise PreconditionError(
                "the note has changed since it was read"
                if etag
                else "the note is not there any more",
                hint="read it again; nothing was written",
            )
        if self.if_match is None and self.if_none_match is None:
            raise PreconditionError(
                "say which content is meant: If-Match with the note's ETag, or If-None-Match: *",
                hint="GET the note first; its ETag stands in the header and in the body",
                code="precondition_required",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedNote:
    """A note was written."""

    etag: str
    created: bool


class NoteFiles:
    """Writes notes; one writer at a time.

    Args:
        folder: The notes folder.
        trash: Where replaced and deleted files go.
        editable: Whether writing is allowed at all.
    """

    def __init__(self, folder: Path, *, trash: Path, editable: bool) -> None:
        self._folder = folder.resolve()
        self._trash = trash
        self.editable = editable
        self._writing = threading.Lock()

    def require(self, note: NoteId) -> None:
        """See whether there is a note.

        Raises:
            NotFoundError: There is no such note.
        """
        self._locate(note)

    def save(self, note: NoteId, content: bytes, precondition: Precondition) -> SavedNote:
        """Write a note whole; the content that it replaces goes to the trash.

        Raises:
            EditingOffError: The server was started without `--edit`.
            InvalidInputError: The path or the content cannot be a note.
            PreconditionError: The note is not what the writer thinks it is.
            StorageError: The disk is full, or the folder cannot be written.
        """
        self._require_editing()
        target = self._writable(note)
        _check_text(content)
        with self._writing, telling_disk_errors(note):
            present = self._read(target) if target.exists() else None
            precondition.check(None if present is None else etag_of(present))
            if present is None:
                self._create(target, content)
            else:
                self._replace(note, target, content, present)
        return SavedNote(etag=etag_of(content), created=present is None)

    def delete(self, note: NoteId, precondition: Precondition) -> str:
        """Move a note to the trash and return its name there.

        Raises:
            EditingOffError: The server was started without `--edit`.
            NotFoundError: There is no such note.
            PreconditionError: The note is not what the writer thinks it is.
        """
        self._require_editing()
        with self._writing, telling_disk_errors(note):
            target = self._locate(note)
            if self._barring_parent(note) is not None:
                raise _no_note(note)
            present = self._read(target)
            precondition.check(etag_of(present))
            kept = self._keep(note, present)
            if self._read(target) != present:
                kept.unlink()
                precondition.check(etag_of(self._read(target)))
            self._named(note).unlink()  # of a link the link itself, and not what it leads to
        return kept.name

    # --- inside --------------------------------------------------------------------------

    def _require_editing(self) -> None:
        if not self.editable:
            raise EditingOffError(
                "notes cannot be changed here", hint="start the server with --edit"
            )

    def _writable(self, note: NoteId) -> Path:
        check_note_path(note)
        target = self._inside(note)
        if target.exists() and not S_ISREG(target.stat().st_mode):
            raise _no_path(f"{note!r} is no file", hint="give the path of a note")
        if barring := self._barring_parent(note):
            raise _no_path(f"{note!r} lies in {barring}", hint="give a path in a folder")
        if Vault(self._folder).rules().ignores(note):
            raise _no_path(
                f"{note!r} is left out of the notes",
                hint="node_modules, temporary files and what .kbignore lists are no notes;"
                " give another name",
            )
        return target

    def _locate(self, note: NoteId) -> Path:
        hidden = any(not part or part.startswith(".") for part in note.split("/"))
        if not hidden and "\\" not in note and note.lower().endswith(NOTE_SUFFIXES):
            with contextlib.suppress(InvalidInputError, OSError):
                target = self._inside(note)
                if S_ISREG(target.stat().st_mode):
                    return target
        raise _no_note(note)

    def _named(self, note: NoteId) -> Path:
        """The path as it is written: links in it are not followed."""
        return self._folder.joinpath(*note.split("/"))

    def _barring_parent(self, note: NoteId) -> str | None:
        """What stands where a path has its folders and holds no notes; None where nothing does."""
        for parent in self._named(note).parents:
            if parent == self._folder:
                return None
            name = parent.relative_to(self._folder).as_posix()
            if parent.is_symlink():
                return f"{name!r}, a link, which is not followed"
            if parent.exists() and not parent.is_dir():
                return f"{name!r}, which is no folder"
        return None

    def _inside(self, note: NoteId) -> Path:
        """The real file behind a path; links are followed, but not out of the folder."""
        try:
            target = self._named(note).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise _no_path(f"{note!r} cannot be a note", hint=str(error)) from error
        if not target.is_relative_to(self._folder):
            raise _no_path(f"{note!r} leads out of the notes folder", hint="give a path inside it")
        return target

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise PreconditionError(
                "the note is not there any more", hint="list the notes again"
            ) from None

    @staticmethod
    def _create(target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = _write_beside(target, content, mode=_NEW_FILE_MODE)
        try:
            # A link, unlike a rename, fails where another program made the file meanwhile.
            os.link(temporary, target)
        except FileExistsError:
            raise PreconditionError(
                "the note exists already", hint="read it, and send its ETag as If-Match"
            ) from None
        except OSError:  # a file system without links
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _replace(self, note: NoteId, target: Path, content: bytes, present: bytes) -> None:
        if content == present:
            return
        kept = self._keep(note, present)
        temporary = _write_beside(target, content)
        try:
            shutil.copymode(target, temporary)
            with target.open("rb") as old:
                if old.read() != present:
                    kept.unlink()
                    raise PreconditionError(
                        "the note has changed since it was read",
                        hint="read it again; nothing was written",
                    )
                temporary.replace(target)
                old.seek(0)
                late = old.read()  # a program that wrote in place up to the last moment
            if late != present:
                self._keep(note, late)
        finally:
            temporary.unlink(missing_ok=True)

    def _keep(self, note: NoteId, content: bytes) -> Path:
        self._trash.mkdir(parents=True, exist_ok=True, mode=0o700)
        moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        name = f"{moment}-{time.time_ns() % 10**9:09d}-{note.replace('/', '__')}"
        while len(name.encode()) > MAX_NAME_BYTES:
            name = name[: len(name) // 2] + name[len(name) // 2 + 1 :]
        kept = self._trash / name
        _write_beside(kept, content).replace(kept)
        return kept


def etag_of(content: bytes) -> str:
    """Return the strong ETag of a note's bytes."""
    return etag_of_digest(hashlib.sha256(content).hexdigest())


def etag_of_digest(sha256: str) -> str:
    """Return the strong ETag of the bytes that have this digest, in hexadecimal."""
    return f'"{sha256[:32]}"'


def check_note_path(note: str) -> None:
    """Check that a path can name a note on every system.

    Raises:
        InvalidInputError: It cannot; the message says why.
    """
    parts = note.split("/")
    problem = ""
    if len(note) > MAX_PATH_CHARS or any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        problem = "is too long"
    elif any(part in {"", ".", ".."} for part in parts):
        problem = "is no path inside the notes folder"
    elif _FORBIDDEN.search(note) or any(_RESERVED_ON_WINDOWS.match(part) for part in parts):
        problem = "holds a character or a name that files cannot have everywhere"
    elif any(part.startswith(".") for part in parts) or any(part != part.strip() for part in parts):
        problem = "has a hidden part, or blanks at an end"
    elif not note.lower().endswith(NOTE_SUFFIXES):
        problem = f"does not end in {' or '.join(NOTE_SUFFIXES)}"
    if problem:
        raise _no_path(f"{note[:200]!r} {problem}", hint="a note's path looks like folder/name.md")


def _no_path(message: str, *, hint: str) -> InvalidInputError:
    return InvalidInputError(message, hint=hint, reason="note_path")


def _no_note(note: NoteId) -> NotFoundError:
    return NotFoundError(
        f"there is no note {note!r}", hint="give its path relative to the notes folder"
    )


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"the note is not UTF-8 (byte {error.start})",
            hint="save it as UTF-8",
            reason="note_not_utf8",
        ) from None
    if "\0" in text:
        raise InvalidInputError(
            "the note holds a NUL character", hint="send text, no binary file", reason="note_nul"
        )


def _matches(header: str, etag: str | None) -> bool:
    if etag is None:
        return False
    tags = [tag.strip() for tag in header.split(",")]
    return "*" in tags or etag in tags


def _write_beside(target: Path, content: bytes, *, mode: int = 0o600) -> Path:
    """Write content to a hidden file in the target's folder, flushed to the disk.

    Args:
        target: What it is to become.
        content: The bytes.
        mode: Of the file; the umask takes bits away, as from any file that a program makes.
    """
    path = target.parent / f".kb-{secrets.token_hex(8)}.tmp"
    try:
        with os.fdopen(os.open(path, _MAKE_NEW, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
