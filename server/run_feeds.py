"""The events of runs for asynchronous readers: one pump per run, however many read."""

from __future__ import annotations

import threading

from kb.model import RunEvent, RunId
from server.feed import Feed
from server.ports import RunKeeper

_KEPT_FEEDS = 200


class RunFeeds:
    """Hands out the feed of a run; safe to use from any thread.

    Args:
        runs: Where the runs are.
    """

    def __init__(self, runs: RunKeeper) -> None:
        self._runs = runs
        self._lock = threading.Lock()
        self._feeds: dict[RunId, Feed[RunEvent]] = {}

    def feed(self, run_id: RunId) -> Feed[RunEvent]:
        """Return the events of a run, from its first on.

        Raises:
            NotFoundError: There is no such run.
        """
        self._runs.get(run_id)
        with self._lock:
            if run_id in self._feeds:
                return self._feeds[run_id]
            feed: Feed[RunEvent] = Feed()
            self._feeds[run_id] = feed
            self._forget_old()
        threading.Thread(
            target=self._pump, args=(run_id, feed), name=f"events-{run_id[:8]}", daemon=True
        ).start()
        return feed

    def _pump(self, run_id: RunId, feed: Feed[RunEvent]) -> None:
        try:
            for event in self._runs.events(run_id):
                feed.publish(event)
        finally:
            feed.close()

    def _forget_old(self) -> None:
        ended = [run_id for run_id, feed in self._feeds.items() if feed.closed]
        for run_id in ended[: max(0, len(self._feeds) - _KEPT_FEEDS)]:
            del self._feeds[run_id]
