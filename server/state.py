"""The state folder: one per notes folder, owned by one process.

<state>/durable/   conversations, feedback, audit log, token, trash: kept
<state>/index/     vectors and lexical index: may be deleted at any time
<state>/owner.lock held by the owner as long as it lives
<state>/server.json   where the owner listens, when it is a server
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexUnavailableError, StateLockedError

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from server.settings import Settings

_TOKEN_BYTES = 32
_LOCK_PATIENCE_S = 0.2  # another process may look for a moment whether the folder is free


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """Where a running server of a state folder is."""

    url: str
    """Scheme, host and port, without a path."""
    pid: int
    token: str
    edit: bool = False


def default_state_path(notes: Path) -> Path:
    """Return the state folder of a notes folder: its name and a digest of its full path."""
    import platformdirs

    resolved = notes.expanduser().resolve()
    name = re.sub(r"[^\w.-]+", "-", resolved.name).strip("-.") or "notes"
    digest = hashlib.sha256(str(resolved).encode()).hexdigest()[:10]
    return platformdirs.user_data_path("kb", appauthor=False) / f"{name}-{digest}"


class StateFolder:
    """A state folder on disk.

    Args:
        path: The folder; it is made, for the user alone, where it is missing.

    Raises:
        IndexUnavailableError: The folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        try:
            for folder in (self.path, self.durable):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._unwritable_error(error) from error
        self._lock: BaseFileLock | None = None

    @property
    def durable(self) -> Path:
        """What must be kept."""
        return self.path / "durable"

    @property
    def trash(self) -> Path:
        """Notes that were deleted or replaced over the API."""
        return self.durable / "trash"

    @property
    def database(self) -> Path:
        """The SQLite file of conversations, answers and feedback."""
        return self.durable / "kb.sqlite3"

    @property
    def token_file(self) -> Path:
        """Where the access token is kept, for the user alone."""
        return self.durable / "token"

    def acquire(self) -> None:
        """Become the owner of the folder, until the process ends or `release`.

        Raises:
            StateLockedError: Another process owns it.
        """
        lock = self._take_lock()
        if lock is None:
            raise self._locked_error()
        self._lock = lock
        self._server_file.unlink(missing_ok=True)

    def release(self) -> None:
        """Give the folder back; harmless when it is not held."""
        if self._lock is not None:
            self._server_file.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def is_locked(self) -> bool:
        """Tell whether another process owns the folder now."""
        if self._lock is not None:
            return False
        lock = self._take_lock()
        if lock is not None:
            lock.release()
        return lock is None

    def record_server(self, record: ServerRecord) -> None:
        """Write down where this process, the owner, listens."""
        write_private(self._server_file, json.dumps(asdict(record)) + "\n")

    def running_server(self) -> ServerRecord | None:
        """Return the server that owns the folder, or None where none runs."""
        record = self._read_record()
        return record if record is not None and self.is_locked() else None

    def token(self) -> str:
        """Return the kept access token, made at the first call.

        It stands in a file that only the user can read.
        """
        path = self.token_file
        try:
            kept = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            kept = ""
        if not kept:
            kept = secrets.token_urlsafe(_TOKEN_BYTES)
            write_private(path, kept + "\n")
        elif os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return kept

    @property
    def _server_file(self) -> Path:
        return self.path / "server.json"

    def _take_lock(self) -> BaseFileLock | None:
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / "owner.lock", mode=0o600)
        try:
            lock.acquire(timeout=_LOCK_PATIENCE_S, poll_interval=0.02)
        except Timeout:
            return None
        except OSError as error:
            raise self._unwritable_error(error) from error
        return lock

    def _read_record(self) -> ServerRecord | None:
        try:
            content = json.loads(self._server_file.read_text(encoding="utf-8"))
            return ServerRecord(
                url=str(content["url"]),
                pid=int(content["pid"]),
                token=str(content["token"]),
                edit=bool(content["edit"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _unwritable_error(self, error: OSError) -> IndexUnavailableError:
        return IndexUnavailableError(
            f"cannot write the state folder {self.path}: {error.strerror}",
            hint="give another folder with --state or KB_STATE",
            code="state_unwritable",
        )

    def _locked_error(self) -> StateLockedError:
        record = self._read_record()
        holder = (
            "another kb process"
            if record is None
            else f"the server at {record.url} (process {record.pid})"
        )
        return StateLockedError(
            f"the state folder {self.path} is in use by {holder}",
            hint="use that server, stop it, or give another folder with --state",
        )


def state_folder(settings: Settings) -> StateFolder:
    """Return the state folder that the settings mean.

    Raises:
        IndexUnavailableError: It cannot be made or written.
    """
    return StateFolder(settings.state or default_state_path(settings.notes_dir))


def require_notes_folder(settings: Settings) -> None:
    """See that no state is begun, in the place that is the default, for notes that are not there.

    A folder that is gone but has a state may still have a server, which answers from its index.

    Raises:
        VaultError: There is no such notes folder, and no state of it.
    """
    from ingest.vault import Vault

    if settings.state is None and not default_state_path(settings.notes_dir).exists():
        Vault(settings.notes_dir)


def write_private(path: Path, content: str) -> None:
    """Write a file whole or not at all, readable by the user alone (mode 0600)."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
