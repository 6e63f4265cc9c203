"""How many CPU threads a step should use on a machine that others use too."""

from __future__ import annotations

from collections.abc import Callable

_TRIAL_STEPS = 8
_STEPS_BETWEEN_TRIALS = 150


class ThreadChooser:
    """Tries every number of threads now and then, and keeps to the fastest in between.

    All threads of an operation wait for the slowest. On a busy machine a second thread, starved by
    another process, can make a step five times slower than one thread alone.

    Args:
        most: The largest number of threads.
        set_threads: Sets the number; called only when it changes.
    """

    def __init__(self, most: int, set_threads: Callable[[int], None]) -> None:
        self._set_threads = set_threads
        self._choices = sorted({most, max(1, most // 2), 1}, reverse=True)
        self._rates: dict[int, float] = {}
        self._current = self._choices[0]
        self._steps = 0
        self._tokens = 0
        self._seconds = 0.0
        set_threads(self._current)

    def record(self, *, tokens: int, seconds: float) -> None:
        """Note a step's size and time; may change the number of threads for the next one."""
        self._steps += 1
        self._tokens += tokens
        self._seconds += seconds
        trying = len(self._rates) < len(self._choices)
        if self._steps < (_TRIAL_STEPS if trying else _STEPS_BETWEEN_TRIALS):
            return
        if not trying:
            self._rates = {}
        self._rates[self._current] = self._tokens / max(self._seconds, 1e-9)
        untried = [count for count in self._choices if count not in self._rates]
        self._use(untried[0] if untried else max(self._rates, key=self._rates.__getitem__))

    def _use(self, count: int) -> None:
        self._steps, self._tokens, self._seconds = 0, 0, 0.0
        if count != self._current:
            self._current = count
            self._set_threads(count)
