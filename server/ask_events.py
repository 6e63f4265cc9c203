"""An answer made in a thread, its events followed on the event loop."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

from kb.errors import KbError
from server.error_responses import broken_error
from server.feed import Feed
from server.services import Services

_log = logging.getLogger("kb.ask")

EventT = TypeVar("EventT")


async def follow_answer(
    services: Services,
    make: Callable[[Callable[[], bool]], Iterator[EventT]],
    *,
    request_id: str,
) -> AsyncGenerator[EventT, None]:
    """Yield the events of an answer as they are made; the work ends when nobody follows.

    Args:
        services: Whose threads and gate are used.
        make: Makes the events in a thread, given a function that tells whether to give up.
        request_id: Under which a bug is logged.

    Raises:
        BusyError: Too many questions are being answered.
        KbError: The answer cannot be made; a bug is logged, and raised as `internal_error`.
    """
    feed: Feed[EventT] = Feed()
    gone = threading.Event()
    failures: list[KbError] = []

    def work() -> None:
        try:
            for event in make(gone.is_set):
                if gone.is_set():
                    return
                feed.publish(event)
        except KbError as error:
            failures.append(error)
        except Exception:  # noqa: BLE001 - the reader must hear of the end, whatever broke
            _log.exception("answering broke", extra={"request_id": request_id})
            failures.append(broken_error())
        finally:
            feed.close()

    with services.asking.gate:
        services.ask_threads.submit(work)
        try:
            async for _, event in feed.follow():
                yield event
        finally:
            gone.set()
    for failure in failures:
        raise failure
