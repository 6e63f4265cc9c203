"""The stores in memory: for tests, and where an index has no vectors to offer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from rapidfuzz.distance import OSA

from kb.model import Chunk, ChunkId, ChunkKind, FlagEntry, NoteId, NoteSummary, ScoredChunk
from kb.ports import EmbeddedWindow, FloatArray, KeptEmbedding, Term
from kb.text.command_lines import called_words
from kb.text.data_uris import without_data
from kb.text.dates import date_terms
from kb.text.sound import spoken_keys

_K1 = 1.2
_B = 0.75


class MemoryChunkStore:
    """A ChunkStore that compares every vector; empty it finds nothing."""

    def __init__(self) -> None:
        self._windows: dict[tuple[ChunkId, int], EmbeddedWindow] = {}

    def upsert(self, windows: Sequence[EmbeddedWindow]) -> None:
        """Store the windows, replacing those with the same chunk and window number."""
        for window in windows:
            self._windows[window.chunk, window.window] = window

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove every window of the chunks; unknown ids are ignored."""
        gone = set(chunks)
        self._windows = {key: kept for key, kept in self._windows.items() if key[0] not in gone}

    def query(
        self, vector: FloatArray, *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks nearest by cosine similarity (-1..1), best first, a chunk once."""
        best: dict[ChunkId, float] = {}
        for window in self._windows.values():
            if notes is None or window.note in notes:
                score = float(np.dot(window.vector, vector))
                best[window.chunk] = max(score, best.get(window.chunk, -1.0))
        return _ranked(best, top_k)

    def vectors(self, chunks: Collection[ChunkId]) -> Mapping[ChunkId, list[FloatArray]]:
        """Return the stored vectors of the chunks, in window order; unknown ids are left out."""
        wanted = set(chunks)
        found: dict[ChunkId, list[FloatArray]] = {}
        for (chunk, _), window in sorted(self._windows.items(), key=lambda item: item[0]):
            if chunk in wanted:
                found.setdefault(chunk, []).append(window.vector)
        return found

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all chunks that have a vector."""
        return {chunk for chunk, _ in self._windows}

    def count(self) -> int:
        """Return the number of windows."""
        return len(self._windows)

    def close(self) -> None:
        """Do nothing: there are no files."""


class MemoryEmbeddingStore:
    """An EmbeddingStore over given embeddings; without any it finds nothing.

    Args:
        embeddings: What is kept of chunks, window by window.
    """

    def __init__(self, embeddings: Mapping[ChunkId, list[KeptEmbedding]] | None = None) -> None:
        self._embeddings = dict(embeddings or {})

    def read(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[KeptEmbedding]]:
        """Return what is kept of the chunks, window by window; those without any are left out."""
        return {chunk: self._embeddings[chunk] for chunk in chunks if chunk in self._embeddings}


class MemoryLexicalIndex:
    """A LexicalIndex that counts afresh for each search (BM25, k1 = 1.2, b = 0.75).

    Args:
        analyze: Turns text into terms.
    """

    def __init__(self, *, analyze: Callable[[str], list[str]]) -> None:
        self._analyze = analyze
        self._terms: dict[ChunkId, Counter[str]] = {}
        self._sounds: dict[ChunkId, frozenset[str]] = {}
        self._notes: dict[ChunkId, NoteId] = {}

    def upsert(self, chunks: Sequence[Chunk]) -> None:
        """Index the chunks, replacing those with the same id."""
        for chunk in chunks:
            text = without_data(chunk.text)
            names = (chunk.title, *chunk.heading_trail, *chunk.commands, *chunk.tags)
            words = (text, *names, *chunk.aliases)
            terms = (term for text in words for term in self._analyze(text))
            self._terms[chunk.id] = Counter((*terms, *date_terms(chunk.note)))
            self._sounds[chunk.id] = frozenset(spoken_keys(" ".join(words)))
            self._notes[chunk.id] = chunk.note

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove the chunks; unknown ids are ignored."""
        for chunk in chunks:
            self._terms.pop(chunk, None)
            self._sounds.pop(chunk, None)
            self._notes.pop(chunk, None)

    def search(
        self, terms: Sequence[Term], *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks with the highest BM25 score, best first; empty where no term fits."""
        scores: dict[ChunkId, float] = {}
        for term in terms:
            for chunk, score in self._term_scores(term).items():
                if notes is None or self._notes[chunk] in notes:
                    scores[chunk] = scores.get(chunk, 0.0) + term.weight * score
        return _ranked(scores, top_k)

    def document_frequency(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Return for each analysed term in how many chunks it stands; 0 if in none."""
        return {term: len(self._holders(term)) for term in terms}

    def count(self) -> int:
        """Return the number of indexed chunks."""
        return len(self._terms)

    def _term_scores(self, term: Term) -> dict[ChunkId, float]:
        if term.is_sound:
            return {chunk: 1.0 for chunk, keys in self._sounds.items() if term.text in keys}
        total = len(self._terms)
        mean = sum(counts.total() for counts in self._terms.values()) / max(total, 1)
        best: dict[ChunkId, float] = {}
        for word in self._spellings(term):
            holders = self._holders(word)
            weight = math.log(1 + (total - len(holders) + 0.5) / (len(holders) + 0.5))
            for chunk in holders:
                counts = self._terms[chunk]
                norm = _K1 * (1 - _B + _B * counts.total() / mean)
                gain = weight * counts[word] * (_K1 + 1) / (counts[word] + norm)
                best[chunk] = max(gain, best.get(chunk, 0.0))
        return best

    def _holders(self, word: str) -> list[ChunkId]:
        return [chunk for chunk, counts in self._terms.items() if word in counts]

    def _spellings(self, term: Term) -> set[str]:
        if not term.max_edits:
            return {term.text}
        known = {word for counts in self._terms.values() for word in counts}
        return {word for word in known if OSA.distance(word, term.text) <= term.max_edits}

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all indexed chunks."""
        return set(self._terms)

    def close(self) -> None:
        """Do nothing: there are no files."""


class MemoryCatalog:
    """A ChunkCatalog over given chunks.

    Args:
        chunks: The chunks of all notes.
        notes: Their notes; made from the chunks where they are not given.
    """

    def __init__(
        self, chunks: Iterable[Chunk] = (), *, notes: Iterable[NoteSummary] | None = None
    ) -> None:
        self._chunks = {
            chunk.id: chunk
            for chunk in sorted(
                chunks, key=lambda one: (one.note, one.lines.start, -one.lines.end, one.id)
            )
        }
        given = _summaries(self._chunks.values()) if notes is None else notes
        self._notes = sorted(given, key=lambda note: note.id)

    def chunks(self, ids: Sequence[ChunkId]) -> list[Chunk]:
        """Return the chunks in the order of the ids; unknown ids are left out."""
        return [self._chunks[id_] for id_ in ids if id_ in self._chunks]

    def chunks_of(self, note: NoteId) -> list[Chunk]:
        """Return a note's chunks by line."""
        return [chunk for chunk in self._chunks.values() if chunk.note == note]

    def children(self, chunk: ChunkId) -> list[Chunk]:
        """Return the chunks whose parent this is, by line."""
        return [child for child in self._chunks.values() if child.parent == chunk]

    def flag_entries(self, flag: str) -> list[FlagEntry]:
        """Return where the flag is explained, by note and line; case matters."""
        return [
            FlagEntry(command=command, chunk=chunk.id, note=chunk.note)
            for chunk in self._chunks.values()
            if chunk.kind is ChunkKind.FLAG and flag in chunk.flags
            for command in sorted(chunk.commands or ("",))
        ]

    def command_chunks(self, command: str) -> list[Chunk]:
        """Return COMMAND chunks one of whose commands calls what begins with these words."""
        words = command.split()
        return [
            chunk
            for chunk in self._chunks.values()
            if chunk.kind is ChunkKind.COMMAND
            and any(called_words(own)[: len(words)] == words for own in chunk.commands)
        ]

    def notes(self) -> list[NoteSummary]:
        """Return all notes by path."""
        return list(self._notes)


def _summaries(chunks: Iterable[Chunk]) -> list[NoteSummary]:
    by_note: dict[NoteId, list[Chunk]] = {}
    for chunk in chunks:
        by_note.setdefault(chunk.note, []).append(chunk)
    return [
        NoteSummary(id=note, title=own[0].title, tags=own[0].tags, chunks=len(own))
        for note, own in by_note.items()
    ]


def _ranked(scores: Mapping[ChunkId, float], top_k: int) -> list[ScoredChunk]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [ScoredChunk(chunk=chunk, score=score) for chunk, score in ordered[: max(top_k, 0)]]
