"""How fast the API answers and how much memory it takes: `python -m server.benchmark`.

A real server on a loopback port, asked over HTTP by one client, one question after another. No
question is asked twice, so no vector of a question is remembered. The notes are generated, and so
are the questions; the notes' vectors are random ones of the model's size, since it is the search
that is measured, while every question is embedded by the model itself. That is the slowest case:
nothing tells one passage from another, so the most that may be read is read of every question.

With `--notes` and `--questions` both are a person's: the model embeds the notes, once.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Final

from ingest.benchmark import CHUNKS_A_NOTE, HashEmbedder, write_vault
from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from ingest.models.embedding import SentenceTransformerEmbedder
from ingest.service import IndexService
from ingest.vault import Vault
from kb.errors import KbError
from kb.ports import Embedder, Embedding
from server.api_client import ApiClient, Json
from server.cli.progress import follow_job
from server.in_process import connect
from server.settings import Settings, read_settings
from server.state import state_folder

_WORDS: Final = (
    "container image volume network port daemon layer registry log process file server disk memory "
    "контейнер образ том сеть порт демон слой реестр лог процесс файл сервер диск память"
).split()
_FORMS: Final = (
    "how do I list the {} of a {}",
    "where is the {} of {} number {n}",
    "what does -{flag} do for {} and {}",
    "как удалить {} и {}",
    "что делает {} без {}?",
    "почему {} {n} не видит {}",
)


@dataclass(slots=True)
class Timings:
    """Times of many calls in milliseconds, by what they are of."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, milliseconds: float) -> None:
        """Take one call's time."""
        self.values.setdefault(name, []).append(milliseconds)

    def rows(self) -> Iterator[tuple[str, float, float]]:
        """Yield each name with its p50 and p95."""
        for name, times in self.values.items():
            cuts = quantiles(times, n=100, method="inclusive")
            yield name, cuts[49], cuts[94]


class _FreeDocuments:
    """The model for questions, random vectors for documents.

    Args:
        model: What questions are embedded by.
    """

    def __init__(self, model: SentenceTransformerEmbedder) -> None:
        self._model = model
        self._random = HashEmbedder(model.dimension)
        self.name = model.name
        self.dimension = model.dimension
        self.fingerprint = model.fingerprint
        self.needs = model.needs
        self.reranker = model.reranker

    def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
        return self._random.embed_documents(texts)

    def embed_query(self, text: str) -> Embedding:
        return self._model.embed_query(text)

    def split_windows(self, context: str, text: str) -> list[str]:
        return self._random.split_windows(context, text)


def questions(count: int, *, seed: int) -> list[str]:
    """Return different questions of both languages; the same seed gives the same ones."""
    rng = random.Random(seed)  # noqa: S311 - a generator of examples
    made: dict[str, None] = {}
    while len(made) < count:
        first, second = rng.sample(_WORDS, 2)
        form = rng.choice(_FORMS)
        made[form.format(first, second, n=rng.randrange(10_000), flag=rng.choice("abcdef"))] = None
    return list(made)


def read_questions(path: Path, count: int, *, seed: int) -> list[str]:
    """Return different questions of a file of gold questions; the same seed gives the same ones.

    Raises:
        KbError: The file has fewer.
    """
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    found = list(dict.fromkeys(str(row["question"]) for row in rows))
    if len(found) < count:
        raise KbError(f"{path} has {len(found)} questions for {count}", hint="lower --asked")
    return random.Random(seed).sample(found, count)  # noqa: S311 - a sample, not a secret


def take_notes(source: Path, target: Path, *, chunks: int) -> None:
    """Copy the notes of a folder, by path, until there are so many chunks."""
    vault = Vault(source)
    taken = 0
    for file in sorted(vault.scan().files, key=lambda file: file.id):
        if taken >= chunks:
            return
        taken += len(chunk_note(parse_note(file.id, vault.load(file.id).text)))
        (target / file.id).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file.id, target / file.id)


def measure(
    chunks: int, *, texts: Sequence[str], seed: int, notes: Path | None = None
) -> tuple[int, Timings, float]:
    """Measure over so many chunks of notes.

    Args:
        chunks: About how many.
        texts: The questions; half of them are asked, half are searched for.
        seed: Of the generated notes.
        notes: A folder of notes to take instead.

    Returns:
        How many chunks there were, the timings, and the memory of the process in MiB.
    """
    root = Path(tempfile.mkdtemp(prefix="kb-benchmark-"))
    try:
        settings = read_settings(notes=root / "notes", state=root / "state", sandbox="off")
        model = SentenceTransformerEmbedder(settings.embedding_model)
        if notes is None:
            write_vault(root / "notes", notes=max(1, chunks // CHUNKS_A_NOTE), seed=seed)
            _build_index(settings, _FreeDocuments(model))
        else:
            take_notes(notes, root / "notes", chunks=chunks)
            _build_index(settings, model)
        with connect(settings) as client:
            found = int(follow_job(client, client.post("/api/ingest")["job_id"])["chunks"])
            return found, _ask_all(client, texts), resident_mib()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _build_index(settings: Settings, embedder: Embedder) -> None:
    """Build the index that the server will find."""
    state = state_folder(settings)
    service = IndexService(notes=settings.notes_dir, state=state.path, embedder=embedder)
    service.open()
    service.sync()
    service.close()


def _ask_all(client: ApiClient, texts: Sequence[str]) -> Timings:
    """Ask half of the questions, search the other half; the first tenth of each warms up."""
    timings = Timings()
    half = len(texts) // 2
    warm = half // 10
    for number, text in enumerate(texts[:half]):
        answer, spent_ms = _timed(partial(client.post, "/api/ask", {"question": text}))
        if number >= warm:
            timings.add("POST /api/ask", spent_ms)
            for part, part_ms in answer["timings_ms"].items():
                if part != "total":
                    timings.add(f"  {part}", float(part_ms))
    for number, text in enumerate(texts[half:]):
        _, spent_ms = _timed(partial(client.get, "/api/search", q=text))
        if number >= warm:
            timings.add("GET /api/search", spent_ms)
    return timings


def _timed(call: Callable[[], Json]) -> tuple[Json, float]:
    started = time.perf_counter()
    result = call()
    return result, (time.perf_counter() - started) * 1000


def resident_mib() -> float:
    """Return the resident memory of this process in MiB; NaN where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return float("nan")
    import resource

    return pages * resource.getpagesize() / 2**20


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--chunks", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes to measure"
    )
    parser.add_argument("--asked", type=int, default=300, help="questions a size, of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--notes", type=Path, help="take the notes of this folder, by path")
    parser.add_argument("--questions", type=Path, help="ask those of this file (JSON lines)")
    options = parser.parse_args(arguments)
    count = 2 * options.asked
    texts = (
        read_questions(options.questions, count, seed=options.seed)
        if options.questions
        else questions(count, seed=options.seed)
    )
    sys.stdout.write(f"{'chunks':>8}  {'call':20}{'p50 ms':>8}{'p95 ms':>8}\n")
    for size in options.chunks:
        chunks, timings, memory_mib = measure(
            size, texts=texts, seed=options.seed, notes=options.notes
        )
        for name, p50, p95 in timings.rows():
            sys.stdout.write(f"{chunks:>8}  {name:20}{p50:>8.1f}{p95:>8.1f}\n")
        sys.stdout.write(f"{chunks:>8}  memory {memory_mib:.0f} MiB\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
