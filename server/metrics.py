"""What the server counts and times, for Prometheus."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kb.errors import BusyError, CommandRefusedError
from kb.model import Answer
from server.ports import Library, SandboxPort

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATENCY_BUCKETS_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0)

_WORK_BUCKETS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


class Metrics:
    """The figures of one server; each has a registry of its own, so that tests do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = self._counter(
            "kb_answers", "Answers by status, mode and language.", "status", "mode", "language"
        )
        self._ask_seconds = self._histogram(
            "kb_ask_duration_seconds",
            "Time from a question to its whole answer.",
            buckets=_LATENCY_BUCKETS_S,
        )
        self._count_requests()
        self._count_jobs()
        self._count_runs()
        self._feedback = self._counter("kb_feedback", "Ratings of answers.", "rating")

    def _count_requests(self) -> None:
        self._requests = self._counter(
            "kb_http_requests",
            "Requests by method, route and status.",
            "method",
            "route",
            "status",
        )
        self._request_seconds = self._histogram(
            "kb_http_request_duration_seconds",
            "Time from a request to the start of its response.",
            "route",
            buckets=_LATENCY_BUCKETS_S,
        )

    def _count_jobs(self) -> None:
        self._syncs = self._counter("kb_ingest_jobs", "Ingest jobs by how they ended.", "state")
        self._embedded = self._counter(
            "kb_embedded_windows", "Windows that went through the model."
        )
        self._sync_seconds = self._histogram(
            "kb_ingest_duration_seconds", "Time that an ingest job took.", buckets=_WORK_BUCKETS_S
        )

    def _count_runs(self) -> None:
        self._runs = self._counter("kb_runs", "Runs by how they ended.", "outcome")
        self._run_seconds = self._histogram(
            "kb_run_duration_seconds", "Time that a run took.", buckets=_WORK_BUCKETS_S
        )
        self._refusals = self._counter(
            "kb_runs_refused", "Commands that were not let run, by reason code.", "code"
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, *labels: str, buckets: tuple[float, ...]
    ) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Time an answer."""
        with self._ask_seconds.time():
            yield

    def count_answer(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.status.value, answer.mode, answer.language).inc()

    def count_request(self, *, method: str, route: str, status: int, duration_s: float) -> None:
        """Count a request; `route` is the pattern, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(duration_s)

    def count_sync(self, *, state: str, embedded: int, duration_s: float | None) -> None:
        """Count an ingest job that has ended; None where it has no duration of its own."""
        self._syncs.labels(state).inc()
        self._embedded.inc(embedded)
        if duration_s is not None:
            self._sync_seconds.observe(duration_s)

    def count_run(self, *, outcome: str, duration_s: float) -> None:
        """Count a run that has ended."""
        self._runs.labels(outcome).inc()
        self._run_seconds.observe(duration_s)

    @contextlib.contextmanager
    def counting_refusals(self) -> Iterator[None]:
        """Count what the policy, or the number of runs, does not let run."""
        try:
            yield
        except (CommandRefusedError, BusyError) as error:
            self._refusals.labels(error.code).inc()
            raise

    def count_feedback(self, rating: str) -> None:
        """Count a rating."""
        self._feedback.labels(rating).inc()

    def watch(self, library: Library, sandbox: SandboxPort) -> None:
        """Show how the index and the sandbox are whenever the figures are asked for."""
        gauges: tuple[tuple[str, str, object], ...] = (
            ("kb_notes", "Notes in the index.", lambda: library.status.notes),
            ("kb_chunks", "Chunks in the index.", lambda: library.status.chunks),
            ("kb_index_ok", "1 when the index is ok.", lambda: library.status.state == "ok"),
            ("kb_sandbox_ready", "1 when ready.", lambda: sandbox.status().state == "ready"),
        )
        for name, text, read in gauges:
            Gauge(name, text, registry=self.registry).set_function(read)  # type: ignore[arg-type]

    def exposition(self) -> bytes:
        """Return the figures in Prometheus's text format."""
        return generate_latest(self.registry)
