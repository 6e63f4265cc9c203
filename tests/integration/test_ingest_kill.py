"""A process that syncs is killed, again and again; the next start must repair what it left."""

from __future__ import annotations

import multiprocessing
import random
import signal
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.integration.kill_child import sync_and_die, sync_and_tell

ROUNDS = 30
_WORDS = ("docker", "том", "слово", "порт", "контейнер", "образ", "сеть", "image")


@pytest.mark.timeout(900)
def test_after_any_kill_the_index_equals_a_fresh_build(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    # Children begin with everything imported.
    context.set_forkserver_preload(["chromadb", "tantivy", "tests.integration.kill_child"])
    rng = random.Random(20240229)
    notes, state = tmp_path / "notes", tmp_path / "state"
    notes.mkdir()
    killed = 0
    for number in range(ROUNDS):
        _change(notes, rng, everything=number % 10 == 0)
        killed += _run_until_killed(context, notes, state, rng)
        assert _told(context, notes, state, tmp_path / "told") == _told(
            context, notes, tmp_path / f"fresh-{number}", tmp_path / "told"
        )
    assert killed > ROUNDS // 2, "most children came to their end before the kill"


def _change(notes: Path, rng: random.Random, *, everything: bool) -> None:
    """Write, edit, rename and delete some notes."""
    for number in range(12):
        path = notes / f"{number}.md"
        choice = rng.random()
        if everything or not path.exists() or choice < 0.3:
            path.write_text(_note(rng), encoding="utf-8")
        elif choice < 0.4:
            path.rename(notes / f"moved-{rng.randrange(5)}.md")
        elif choice < 0.5:
            path.unlink()
        elif choice < 0.7:
            path.write_text(_note(rng)[:80] + path.read_text(encoding="utf-8"), encoding="utf-8")


def _note(rng: random.Random) -> str:
    paragraphs = [" ".join(rng.choices(_WORDS, k=6)) + "." for _ in range(rng.randrange(1, 6))]
    flags = f"```\ndocker {rng.choice(_WORDS)} -a\n```\n\n* -a - {rng.choice(_WORDS)}\n"
    return f"# {rng.choice(_WORDS)}\n\n" + "\n\n".join([*paragraphs, flags])


def _run_until_killed(
    context: ForkServerContext, notes: Path, state: Path, rng: random.Random
) -> bool:
    by_step = rng.random() < 0.7
    child = context.Process(
        target=sync_and_die,
        args=(notes, state),
        kwargs={
            "step": rng.randrange(1, 30) if by_step else 0,
            "after": rng.random() < 0.5,
            "delay_s": 0.0 if by_step else rng.uniform(0.05, 1.5),
        },
    )
    child.start()
    child.join()
    assert child.exitcode in {0, -signal.SIGKILL}
    return child.exitcode != 0


def _told(context: ForkServerContext, notes: Path, state: Path, told: Path) -> str:
    child = context.Process(target=sync_and_tell, args=(notes, state, told))
    child.start()
    child.join()
    assert child.exitcode == 0
    return told.read_text(encoding="utf-8")
