"""How fast the API answers and how much memory it takes: `python -m server.benchmark [NOTES]`.

A real server on a loopback port, asked over HTTP by one client, one question after another.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Final

from server.api_client import ApiClient, connect
from server.cli_progress import follow_job
from server.settings import read_settings

QUESTIONS: Final = (
    "how do I list containers",
    "как удалить образ",
    "what does -p do",
    "что делает --rm?",
    "where are images stored",
    "Где докер хранит файлы образов?",
    "how to follow the logs",
    "как зайти внутрь контейнера",
    "what is the airspeed of a swallow",
    "рецепт борща",
)
"""Of both languages; the figures do not hang on whether the notes answer them."""


def measure(ask: Callable[[str], object], *, rounds: int) -> list[float]:
    """Return the time of each call in milliseconds, after a warm-up round that is not counted."""
    for question in QUESTIONS:
        ask(question)
    times_ms = []
    for _ in range(rounds):
        for question in QUESTIONS:
            started = time.perf_counter()
            ask(question)
            times_ms.append((time.perf_counter() - started) * 1000)
    return times_ms


def percentiles(times_ms: Sequence[float]) -> dict[str, float]:
    """Return p50 and p95 in milliseconds."""
    cuts = quantiles(times_ms, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1)}


def resident_mib() -> float:
    """Return the resident memory of this process in MiB; NaN where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return float("nan")
    import resource

    return round(pages * resource.getpagesize() / 2**20, 1)


def run(notes: Path, *, rounds: int) -> dict[str, object]:
    """Measure over a notes folder and return the figures."""
    with tempfile.TemporaryDirectory() as state:
        settings = read_settings(notes=notes, state=Path(state), sandbox="off")
        with connect(settings) as client:
            report = follow_job(client, client.post("/api/ingest")["job_id"])
            figures: dict[str, object] = {
                "notes": report["notes"],
                "chunks": report["chunks"],
                "ask": percentiles(measure(_asker(client), rounds=rounds)),
                "search": percentiles(measure(_searcher(client), rounds=rounds)),
            }
            figures["resident_mib"] = resident_mib()
    return figures


def _asker(client: ApiClient) -> Callable[[str], object]:
    return lambda question: client.post("/api/ask", {"question": question})


def _searcher(client: ApiClient) -> Callable[[str], object]:
    return lambda question: client.get("/api/search", q=question)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("notes", type=Path, nargs="?", default=Path("data/notes"))
    parser.add_argument("--rounds", type=int, default=10, help="how often each question is asked")
    options = parser.parse_args()
    figures = run(options.notes, rounds=options.rounds)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
