"""Who reads a thing that may be replaced, so that the old one is given back when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, TypeVar


class Readers:
    """Counts readers, each inside a `with` block; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._waiting: list[Callable[[], None]] = []

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._count -= 1
        self._call_if_none()

    def when_none(self, action: Callable[[], None]) -> None:
        """Call an action once nobody reads: now, or in the thread of the last who leaves.

        Args:
            action: Gives back what those who come later do not see any more.
        """
        with self._lock:
            self._waiting.append(action)
        self._call_if_none()

    @property
    def is_awaited(self) -> bool:
        """Whether an action waits for the last to leave."""
        with self._lock:
            return bool(self._waiting)

    def _call_if_none(self) -> None:
        with self._lock:
            if self._count:
                return
            due, self._waiting = self._waiting, []
        for action in due:
            action()


class _Read(Protocol):
    @property
    def readers(self) -> Readers: ...


ReadT = TypeVar("ReadT", bound=_Read)


@contextmanager
def borrowed(current: Callable[[], ReadT | None]) -> Iterator[ReadT | None]:
    """Use what is current now until the block is left, though it be replaced meanwhile.

    Args:
        current: Returns the same thing until that is replaced, or None where there is none. Who
            replaces it does so first, and calls `Readers.when_none` of the old one then.
    """
    while (found := current()) is not None:
        with found.readers:
            # Counted in time only if it has not been replaced between the two looks.
            if current() is found:
                yield found
                return
    yield None
