"""What is told of an error that ends indexing.

A disk that is full, or not to be written, is told from an index that is damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kb.errors import IndexUnavailableError, KbError

_SAYINGS: Final = {
    "disk is full": "the disk is full",
    "no space left": "the disk is full",
    "quota exceeded": "the disk quota is used up",
    "readonly database": "it is read-only",
    "read-only": "it is read-only",
}
"""What SQLite, Chroma, tantivy and the system say of it, each in an error of its own kind."""


def as_unwritable(error: BaseException, state: Path) -> IndexUnavailableError | None:
    """Return the error to tell where a store could not write; None where it is another one."""
    said = " ".join(map(str, _with_causes(error))).lower()
    why = next((why for saying, why in _SAYINGS.items() if saying in said), None)
    if why is None:
        return None
    return IndexUnavailableError(
        f"the state folder {state} cannot be written: {why}",
        hint="make room, or give another folder with --state; then it goes on where it stopped",
        code="state_unwritable",
    )


def as_told(error: Exception) -> KbError:
    """Return what is told of an error that ends indexing: itself without what its frames hold."""
    if isinstance(error, KbError):
        return KbError(error.message, hint=error.hint, code=error.code)
    return IndexUnavailableError(
        f"indexing broke: {type(error).__name__}: {error}",
        hint="the index is as it was; try again, and see the log",
        code=KbError.default_code,
    )


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__
