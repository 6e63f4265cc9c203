"""What is counted and logged when a job or a run has ended; neither tells what was in it."""

from __future__ import annotations

import logging

from kb.model import CommandRun, RunState
from server.jobs import IngestJob
from server.metrics import Metrics

_log_job = logging.getLogger("kb.ingest")
_log_run = logging.getLogger("kb.run")


class Endings:
    """Told of every end, by whichever thread it happens in.

    Args:
        metrics: Where they are counted.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def job_ended(self, job: IngestJob) -> None:
        """Count a job and log it; a failed or cancelled one has no figures."""
        report = job.report
        duration_s = None if report is None else report.duration_s
        embedded = 0 if report is None else report.embedded
        self._metrics.count_sync(state=job.state, embedded=embedded, duration_s=duration_s)
        figures: dict[str, object] = {"job_id": job.id, "state": job.state}
        if report is not None:
            figures |= {
                "notes": report.notes,
                "embedded": report.embedded,
                "duration_ms": _milliseconds(report.duration_s),
            }
        _log_job.info("ingest job %s", job.state, extra=figures)

    def run_ended(self, run: CommandRun) -> None:
        """Count a run and log it."""
        self._metrics.count_run(outcome=outcome_of(run), duration_s=run.duration_s)
        figures = {
            "run_id": run.id,
            "state": run.state.value,
            "exit_code": run.exit_code,
            "duration_ms": _milliseconds(run.duration_s),
        }
        _log_run.info("run %s", run.state.value, extra=figures)


def outcome_of(run: CommandRun) -> str:
    """Return how a run ended: `ok`, `error` (the command's own), `failed` or `stopped`."""
    if run.state is RunState.EXITED:
        return "error" if run.exit_code else "ok"
    return run.state.value


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
