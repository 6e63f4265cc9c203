"""What could not be written to the disk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kb.errors import KbError


class StorageError(KbError):
    """The disk is full, or a file cannot be written."""

    default_code = "cannot_write"


@contextlib.contextmanager
def telling_disk_errors(what: str) -> Iterator[None]:
    """Turn the system's error into one that says what could not be written.

    Args:
        what: As a person names it.

    Raises:
        StorageError: The block could not write.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{what} cannot be written: {error.strerror or error}",
            hint="what was there is as it was; make room, or look at the permissions",
        ) from error
