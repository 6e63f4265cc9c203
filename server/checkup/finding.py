"""What one check of `kb doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.settings import Settings
from server.state import StateFolder, default_state_path

Verdict = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    verdict: Verdict
    message: str
    hint: str = ""
    """How to mend it."""


def state_of(settings: Settings) -> StateFolder:
    """Return the state folder that the settings mean.

    Raises:
        IndexUnavailableError: It cannot be made or written.
    """
    return StateFolder(settings.state or default_state_path(settings.notes_dir))
