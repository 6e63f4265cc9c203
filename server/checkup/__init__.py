"""What `kb doctor` looks at: each check says what it found, and how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from kb.errors import KbError
from server.checkup.answering import (
    check_chat_model,
    check_index,
    check_mcp,
    check_model,
    check_vectors,
)
from server.checkup.finding import Finding
from server.checkup.ground import (
    check_disk,
    check_notes,
    check_port,
    check_python,
    check_state,
    check_token,
)
from server.checkup.sandbox import check_busybox, check_compose, check_sandbox
from server.settings import Settings

CHECKS: Final[tuple[tuple[str, Callable[[Settings], Finding]], ...]] = (
    ("python", check_python),
    ("notes", check_notes),
    ("state", check_state),
    ("token", check_token),
    ("disk", check_disk),
    ("port", check_port),
    ("model", check_model),
    ("vectors", check_vectors),
    ("index", check_index),
    ("language model", check_chat_model),
    ("mcp", check_mcp),
    ("sandbox", check_sandbox),
    ("own image", check_busybox),
    ("compose", check_compose),
)
"""In the order in which things depend on each other."""


def check_up(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for every check; a check that fails is a finding, too."""
    for name, check in CHECKS:
        try:
            yield check(settings)
        except KbError as error:
            yield Finding(check=name, verdict="broken", message=error.message, hint=error.hint)
        except (OSError, ImportError) as error:
            yield Finding(
                check=name,
                verdict="broken",
                message=f"{type(error).__name__}: {error}",
                hint="install kb again: `make setup`",
            )
