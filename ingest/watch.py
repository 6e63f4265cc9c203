"""Following the notes folder: edits become syncs, a burst of them one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from ingest.ignoring import IGNORE_FILE, IgnoreRules
from ingest.vault import Vault
from kb.errors import KbError

_log = logging.getLogger(__name__)

_DEBOUNCE_MS: Final = 1000
"""A burst is taken together for so long at the most, counted from its first change."""
_STEP_MS: Final = 200
"""A burst ends when nothing changes for so long."""
_LOOK_AGAIN_MS: Final = 1000
"""How often it is made sure that the folder is still the same."""
_RETRY_S: Final = 2.0
"""Pause before the folder is looked for again, once it is gone."""


class VaultWatcher:
    """Calls back whenever notes have changed, one call at a time, in a thread of its own.

    Changes during a call are gathered and lead to one more call after it.

    Args:
        vault: The notes folder.
        on_change: What to do; usually `IndexService.sync`. Its errors are logged.
        force_polling: Look at the folder again and again, for file systems that tell nothing
            (network shares, some containers).
    """

    def __init__(
        self, vault: Vault, on_change: Callable[[], object], *, force_polling: bool | None = None
    ) -> None:
        self._vault = vault
        self._on_change = on_change
        self._force_polling = force_polling
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch; does nothing when it has begun already."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="notes-watcher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End watching; waits for a call under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def concerns(self, paths: Iterable[str]) -> bool:
        """Tell whether any of the changed paths can matter to the index.

        What is no file, or is gone, may be a folder, moved in or out with all its notes.
        """
        rules = self._vault.rules()
        return any(_concerns(rules, self._vault.folder, Path(path)) for path in paths)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except (OSError, RuntimeError) as error:
                # The folder is gone, or the system's limit of watches is reached.
                _log.warning("the notes folder cannot be watched: %s", error)
            if not self._stop.wait(_RETRY_S):
                self._call()

    def _follow(self) -> None:
        """Watch until the folder is another one, or gone."""
        from watchfiles import watch

        folder = self._vault.folder
        identity = folder.stat().st_ino
        changes = watch(
            folder,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=self._stop,
            rust_timeout=_LOOK_AGAIN_MS,
            yield_on_timeout=True,
            force_polling=self._force_polling,
            raise_interrupt=False,
        )
        for burst in changes:
            if burst and self.concerns(path for _, path in burst):
                self._call()
            if folder.stat().st_ino != identity:
                return

    def _call(self) -> None:
        if self._stop.is_set():
            return
        try:
            self._on_change()
        except KbError as error:
            _log.warning("the notes could not be synced: %s", error)
        except Exception:  # noqa: BLE001 - the next change may go better
            _log.exception("the notes could not be synced")


def _concerns(rules: IgnoreRules, folder: Path, path: Path) -> bool:
    try:
        relative = path.relative_to(folder).as_posix()
    except ValueError:
        return False
    if relative == IGNORE_FILE or not rules.ignores(relative):
        return True
    may_be_folder = not path.suffix or not path.is_file()
    return may_be_folder and not rules.ignores(f"{relative}/note.md")
