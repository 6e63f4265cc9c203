"""How fast notes become an index: `python -m ingest.benchmark`.

A seeded generator writes a vault of its own; parsing, chunking, embedding and storing are timed
apart, then a whole first sync and a second one with nothing changed.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from ingest.models.embedding import SentenceTransformerEmbedder
from ingest.service import IndexService
from ingest.vault import NoteSource, Vault
from kb.model import Chunk, Note
from kb.ports import NO_NEEDS, EmbeddedWindow, Embedder, Embedding, FloatArray
from kb.store.chroma import ChromaStore
from kb.store.lexical import TantivyIndex
from kb.text.tokens import analyze

_T = TypeVar("_T")

_NOUNS: Final = (
    "контейнер образ том сеть порт демон слой реестр лог процесс файл сервер клиент диск память "
    "container image volume network port daemon layer registry log process file server client disk"
).split()
_VERBS: Final = (
    "запускает хранит читает удаляет ждёт слушает пишет копирует starts keeps reads removes waits"
).split()
_PROGRAMS: Final = ("docker", "git", "kubectl", "psql", "systemctl")
CHUNKS_A_NOTE: Final = 9
"""About how many chunks a generated note gives."""
_EMBEDDED_SAMPLE: Final = 400
"""Windows that the real model embeds to measure its speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One line of the table."""

    name: str
    count: int
    unit: str
    seconds: float


class HashEmbedder:
    """Random unit vectors, so that storing is measured without the model.

    Args:
        dimension: Length of a vector.
        token_dimension: Length of a token's vector, of which there is one for each word.
    """

    name = "random"
    needs = NO_NEEDS
    reranker = None

    def __init__(self, dimension: int = 384, token_dimension: int = 128) -> None:
        self.dimension = dimension
        self.fingerprint = f"random-{dimension}"
        self._token_dimension = token_dimension
        self._random = np.random.default_rng(0)

    def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
        """Return random vectors for each text."""
        vectors = self._units(len(texts), self.dimension)
        return [
            Embedding(vector, self._units(len(text.split()), self._token_dimension))
            for text, vector in zip(texts, vectors, strict=True)
        ]

    def embed_query(self, text: str) -> Embedding:
        """Return random vectors."""
        return self.embed_documents([text])[0]

    def split_windows(self, context: str, text: str) -> list[str]:
        """Return a single window."""
        return [f"{context}\n{text}"]

    def _units(self, count: int, dimension: int) -> FloatArray:
        vectors = self._random.standard_normal((count, dimension), dtype=np.float32)
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def write_vault(folder: Path, *, notes: int, seed: int) -> None:
    """Write so many notes of about ten chunks each; the same seed gives the same notes."""
    rng = random.Random(seed)  # noqa: S311 - a generator of examples
    for number in range(notes):
        path = folder / f"topic-{number % 50}" / f"note-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_write_note(rng, number), encoding="utf-8")


def _write_note(rng: random.Random, number: int) -> str:
    parts = [f"# {rng.choice(_NOUNS).capitalize()} {number}", _sentence(rng, 14)]
    for _ in range(rng.randrange(1, 5)):
        program, verb = rng.choice(_PROGRAMS), rng.choice(_NOUNS)
        flags = "\n".join(f"* -{flag} - {_sentence(rng, 8)}" for flag in rng.sample("abcdefgh", 2))
        fence = f"```\n{program} {verb} -{rng.choice('xyz')} {rng.randrange(9999)}\n```"
        parts += [f"## {_sentence(rng, 3)}", fence, _sentence(rng, 18), flags, "---"]
    parts += [f"> Где {_sentence(rng, 5)}?", _sentence(rng, 20)]
    return "\n\n".join(parts) + "\n"


def _sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(_VERBS if place % 3 == 1 else _NOUNS) for place in range(words))


def measure(notes: int, *, seed: int, embedder: Embedder, whole: bool) -> list[Timing]:
    """Return the timings over a generated vault.

    Args:
        notes: How many notes.
        seed: Of the generator.
        embedder: The model to measure.
        whole: Do the first sync with this model too, not with random vectors.
    """
    root = Path(tempfile.mkdtemp(prefix="kb-benchmark-"))
    try:
        write_vault(root / "notes", notes=notes, seed=seed)
        timings, chunks = _measure_reading(root / "notes")
        timings += _measure_model(embedder, chunks)
        timings += _measure_stores(root / "stores", chunks)
        return timings + _measure_syncs(root, embedder if whole else HashEmbedder())
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _measure_reading(folder: Path) -> tuple[list[Timing], list[Chunk]]:
    vault = Vault(folder)
    files, scan_s = _timed(lambda: vault.scan().files)
    sources: list[NoteSource]
    sources, read_s = _timed(lambda: [vault.load(file.id) for file in files])
    parsed: list[Note]
    parsed, parse_s = _timed(lambda: [parse_note(one.file.id, one.text) for one in sources])
    chunks, chunk_s = _timed(lambda: [chunk for note in parsed for chunk in chunk_note(note)])
    count = len(files)
    return [
        Timing(name="walk", count=count, unit="files", seconds=scan_s),
        Timing(name="read, decode, hash", count=count, unit="files", seconds=read_s),
        Timing(name="parse", count=len(chunks), unit="chunks", seconds=parse_s),
        Timing(name="chunk", count=len(chunks), unit="chunks", seconds=chunk_s),
    ], chunks


def _measure_model(embedder: Embedder, chunks: Sequence[Chunk]) -> list[Timing]:
    sample = chunks[:: max(1, len(chunks) // _EMBEDDED_SAMPLE)][:_EMBEDDED_SAMPLE]
    embedder.embed_query("warm up")
    windows, split_s = _timed(
        lambda: [text for one in sample for text in embedder.split_windows(one.context, one.text)]
    )
    _, embed_s = _timed(lambda: embedder.embed_documents(windows))
    return [
        Timing(name="split into windows", count=len(sample), unit="chunks", seconds=split_s),
        Timing(name=f"embed ({embedder.name})", count=len(windows), unit="chunks", seconds=embed_s),
    ]


def _measure_stores(folder: Path, chunks: Sequence[Chunk]) -> list[Timing]:
    embedded = HashEmbedder().embed_documents([chunk.text for chunk in chunks])
    windows = [
        EmbeddedWindow(chunk=chunk.id, note=chunk.note, window=0, vector=one.vector)
        for chunk, one in zip(chunks, embedded, strict=True)
    ]
    chroma = ChromaStore(folder / "vectors", dimension=len(embedded[0].vector))
    lexical = TantivyIndex(folder / "lexical", analyze=analyze)
    _, chroma_s = _timed(lambda: chroma.upsert(windows))
    _, lexical_s = _timed(lambda: lexical.upsert(chunks))
    _, query_s = _timed(lambda: [chroma.query(one.vector, top_k=20) for one in embedded[:100]])
    chroma.close()
    lexical.close()
    return [
        Timing(name="store vectors (Chroma)", count=len(chunks), unit="chunks", seconds=chroma_s),
        Timing(name="index words (tantivy)", count=len(chunks), unit="chunks", seconds=lexical_s),
        Timing(
            name="query vectors", count=min(100, len(embedded)), unit="queries", seconds=query_s
        ),
    ]


def _measure_syncs(root: Path, embedder: Embedder) -> list[Timing]:
    service = IndexService(notes=root / "notes", state=root / "state", embedder=embedder)
    service.open()
    first, first_s = _timed(service.sync)
    second, second_s = _timed(service.sync)
    path = next((root / "notes").rglob("*.md"))
    path.write_text(path.read_text(encoding="utf-8") + "\nновая строка\n", encoding="utf-8")
    _, edit_s = _timed(service.sync)
    service.close()
    reopened = IndexService(notes=root / "notes", state=root / "state", embedder=embedder)
    _, open_s = _timed(reopened.open)
    reopened.close()
    return [
        Timing(
            name=f"first sync ({embedder.name})", count=first.chunks, unit="chunks", seconds=first_s
        ),
        Timing(name="second sync", count=second.unchanged, unit="files", seconds=second_s),
        Timing(name="sync after one edit", count=1, unit="files", seconds=edit_s),
        Timing(name="open again", count=first.chunks, unit="chunks", seconds=open_s),
    ]


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=5000, help="notes in the generated vault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default=None, help="folder of another embedding model")
    parser.add_argument(
        "--whole", action="store_true", help="do the whole first sync with the model (long)"
    )
    chosen = parser.parse_args(arguments)
    embedder = SentenceTransformerEmbedder(chosen.model)
    timings = measure(chosen.notes, seed=chosen.seed, embedder=embedder, whole=chosen.whole)
    sys.stdout.write(f"{'step':34}{'count':>9} {'unit':8}{'seconds':>9}{'per second':>12}\n")
    for one in timings:
        rate = one.count / one.seconds if one.seconds else float("inf")
        sys.stdout.write(
            f"{one.name:34}{one.count:>9} {one.unit:8}{one.seconds:>9.2f}{rate:>12,.0f}\n"
        )
    sys.stdout.write(f"peak memory: {_peak_megabytes():.0f} MB\n")


if __name__ == "__main__":
    main()
