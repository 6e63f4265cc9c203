"""What the children of the kill test do: sync and die at a given step, or sync and tell."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ingest.sync
from ingest.index_files import IndexFiles
from kb.store.chroma import ChromaStore
from kb.store.embeddings import EmbeddingCache
from kb.store.lexical import TantivyIndex
from kb.store.manifest import Manifest
from tests.integration.index_states import contents, index_of, opened

STEPS: tuple[tuple[type, str], ...] = (
    (EmbeddingCache, "put"),
    (EmbeddingCache, "keep_only"),
    (Manifest, "begin_change"),
    (Manifest, "finish_change"),
    (ChromaStore, "upsert"),
    (ChromaStore, "delete"),
    (TantivyIndex, "apply"),
    (IndexFiles, "mark_complete"),
)


def sync_and_die(notes: Path, state: Path, *, step: int, after: bool, delay_s: float) -> None:
    """Sync, and be killed before or after the given step, or after a delay."""
    _small_batches()
    _kill_at(step, after=after)
    if delay_s:
        threading.Thread(target=_kill_later, args=(delay_s,), daemon=True).start()
    with opened(notes, state) as service:
        service.sync()


def sync_and_tell(notes: Path, state: Path, told: Path) -> None:
    """Check the index as it is after a start, sync, and write down what it then holds."""
    _small_batches()
    with opened(notes, state) as service:
        if service.index is not None:
            contents(service)
        service.sync()
        held = contents(service)
        index = index_of(service)
        assert index.vectors.query(index.embedder.embed_query("docker").vector, top_k=3)
        told.write_text(hashlib.sha256(repr(held).encode()).hexdigest())


def _small_batches() -> None:
    vars(ingest.sync)["_BATCH_FILES"] = 3


def _kill_at(step: int, *, after: bool) -> None:
    count = 0

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count == step and not after:
                _die()
            result = original(*args, **kwargs)
            if count == step:
                _die()
            return result

        return call

    for owner, name in STEPS:
        setattr(owner, name, wrapped(getattr(owner, name)))


def _kill_later(delay_s: float) -> None:
    time.sleep(delay_s)
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
