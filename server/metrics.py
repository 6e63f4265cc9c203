"""What the server counts and times, for Prometheus."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kb.model import Answer
from server.ports import Library, SandboxPort

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATENCY_BUCKETS_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0)


class Metrics:
    """The figures of one server; each has a registry of its own, so that tests do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "kb_answers",
            "Answers by status, mode and language.",
            ("status", "mode", "language"),
            registry=self.registry,
        )
        self._ask_seconds = Histogram(
            "kb_ask_duration_seconds",
            "Time from a question to its whole answer.",
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._requests = Counter(
            "kb_http_requests",
            "Requests by method, route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "kb_http_request_duration_seconds",
            "Time from a request to the start of its response.",
            ("route",),
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._syncs = Counter(
            "kb_ingest_jobs", "Ingest jobs by how they ended.", ("state",), registry=self.registry
        )
        self._embedded = Counter(
            "kb_embedded_windows", "Windows that went through the model.", registry=self.registry
        )
        self._runs = Counter("kb_runs", "Runs that were started.", registry=self.registry)
        self._feedback = Counter(
            "kb_feedback", "Ratings of answers.", ("rating",), registry=self.registry
        )

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

    def count_sync(self, *, state: str, embedded: int) -> None:
        """Count an ingest job that has ended."""
        self._syncs.labels(state).inc()
        self._embedded.inc(embedded)

    def count_run(self) -> None:
        """Count a run that was started."""
        self._runs.inc()

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
