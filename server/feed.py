"""From a worker thread to any number of asynchronous readers, each from the first kept item on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Feed(Generic[ItemT]):
    """Items in order; threads publish, coroutines follow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: list[ItemT] = []
        self._replaced = 0
        """How many items came before those that are kept."""
        self._closed = False
        self._waiting: set[_Waiter] = set()

    def publish(self, item: ItemT) -> None:
        """Add an item; nothing happens once the feed is closed."""
        with self._lock:
            if not self._closed:
                self._items.append(item)
                self._wake()

    def publish_latest(self, item: ItemT) -> None:
        """Put an item in the place of all before it, which nobody is told of any more.

        It has a number of its own, so a reader that comes back is told of it.
        """
        with self._lock:
            if not self._closed:
                self._replaced += len(self._items)
                self._items = [item]
                self._wake()

    def close(self) -> None:
        """Say that no item will come any more."""
        with self._lock:
            self._closed = True
            self._wake()

    @property
    def closed(self) -> bool:
        """Whether the feed has ended."""
        with self._lock:
            return self._closed

    async def follow(self, *, after: int = 0) -> AsyncIterator[tuple[int, ItemT]]:
        """Yield every kept item with its number, waiting for those to come.

        Args:
            after: Leave out the items up to this number (1-based).
        """
        seen = max(0, after)
        waiter = _Waiter(asyncio.get_running_loop())
        try:
            while True:
                with self._lock:
                    seen = max(seen, self._replaced)
                    fresh = self._items[seen - self._replaced :]
                    closed = self._closed
                    waiter.ready.clear()
                    self._waiting.add(waiter)
                for item in fresh:
                    seen += 1
                    yield seen, item
                if fresh:
                    continue
                if closed:
                    return
                await waiter.ready.wait()
        finally:
            with self._lock:
                self._waiting.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._waiting:
            waiter.wake()


class _Waiter:
    """A reader that sleeps on its own event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.ready = asyncio.Event()

    def wake(self) -> None:
        """Wake the reader; called with the feed's lock held, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.ready.set)
