"""The benchmarks over a tiny vault: every row of their tables is there."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest.benchmark
import server.benchmark
from kb.errors import KbError
from tests.fakes import FakeEmbedder

STEPS = (
    "walk",
    "read, decode, hash",
    "parse",
    "chunk",
    "split into windows",
    "embed (fake)",
    "store vectors (Chroma)",
    "index words (tantivy)",
    "query vectors",
    "first sync (random)",
    "second sync",
    "sync after one edit",
    "open again",
)


def test_the_ingest_benchmark_times_every_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ingest.benchmark.SentenceTransformerEmbedder", lambda _: FakeEmbedder())
    ingest.benchmark.main(["--notes", "3"])
    title, *rows, memory = capsys.readouterr().out.splitlines()
    assert title.split() == ["step", "count", "unit", "seconds", "per", "second"]
    assert tuple(row[:34].rstrip() for row in rows) == STEPS
    assert all(int(row[34:43]) > 0 for row in rows)
    assert memory.startswith("peak memory: ")


def test_the_server_benchmark_times_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    server.benchmark.main(["--chunks", "30", "--asked", "3"])
    title, *rows, memory = capsys.readouterr().out.splitlines()
    assert title.split() == ["chunks", "call", "p50", "ms", "p95", "ms"]
    names = [row[10:30].strip() for row in rows]
    assert names[0] == "POST /api/ask"
    assert {"embedding", "dense", "lexical", "ranking"} < set(names[1:-1])
    assert names[-1] == "GET /api/search"
    assert all(0 < float(row.split()[-2]) <= float(row.split()[-1]) for row in (rows[0], rows[-1]))
    assert "memory" in memory


def test_the_server_benchmark_asks_a_persons_questions_over_their_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes, gold = tmp_path / "notes", tmp_path / "gold.jsonl"
    notes.mkdir()
    for name in "abc":
        (notes / f"{name}.md").write_text(f"# {name}\n\nThe port is {name}.\n", encoding="utf-8")
    gold.write_text("".join(f'{{"question": "port {n}"}}\n' for n in range(5)), encoding="utf-8")
    given = ["--chunks", "2", "--notes", str(notes), "--questions", str(gold)]
    server.benchmark.main([*given, "--asked", "2"])
    rows = capsys.readouterr().out.splitlines()[1:]
    assert {int(row[:8]) for row in rows} == {2}, "one note of three has two chunks"
    with pytest.raises(KbError, match="5 questions for 6"):
        server.benchmark.main([*given, "--asked", "3"])
