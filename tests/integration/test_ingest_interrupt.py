"""Ctrl-C while `kb ingest` works: a clean end, a whole index, and a next run that goes on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.models.embedding import SentenceTransformerEmbedder
from tests.integration.index_states import all_chunks, index_of, opened
from tests.integration.kb_process import environment
from tests.waiting import PATIENCE_S

NOTES = 600


def indexed_notes(state: Path) -> int:
    """Return how many notes the index in a state folder has so far."""
    catalogs = list(state.glob("index/*/catalog.sqlite3"))
    if not catalogs:
        return 0
    try:
        with sqlite3.connect(catalogs[0]) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM notes").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def ingesting(notes: Path, state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "ingest", str(notes), "--state", str(state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        # A parent in the background may have left the signal ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


@pytest.mark.timeout(300)
def test_ctrl_c_leaves_a_whole_index(tmp_path: Path) -> None:
    notes, state = tmp_path / "notes", tmp_path / "state"
    notes.mkdir()
    for number in range(NOTES):
        (notes / f"{number}.md").write_text(f"Слово номер {number}.\n", encoding="utf-8")
    process = ingesting(notes, state)
    while process.poll() is None and not indexed_notes(state):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=2 * PATIENCE_S)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert "goes on from here" in stderr
    assert "Traceback" not in stderr
    done = indexed_notes(state)
    assert 0 < done < NOTES
    with opened(notes, state, SentenceTransformerEmbedder()) as service:
        report = service.sync()
        assert len(report.added) == NOTES - done
        assert report.notes == NOTES
        index = index_of(service)
        ids = {chunk.id for chunk in all_chunks(index)}
        assert ids == index.vectors.chunk_ids() == index.lexical.chunk_ids()
