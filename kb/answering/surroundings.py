"""What stands around a candidate in its note, whether the ranking found it or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.model import Chunk
from kb.ports import ChunkCatalog
from kb.retrieval.candidates import Candidate, Ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The chunks near the candidates of a ranking."""

    ranking: Ranking
    catalog: ChunkCatalog | None = None
    """All chunks; without it only the candidates are known."""

    def parent(self, candidate: Candidate) -> Candidate | None:
        """Return the chunk that the candidate's is a part of."""
        parent = candidate.chunk.parent
        if parent is None:
            return None
        chunks = (
            self.catalog.chunks([parent])
            if self.catalog
            else [c.chunk for c in self.ranking.candidates if c.chunk.id == parent]
        )
        return next(self._candidates(chunks, candidate), None)

    def of_note(self, candidate: Candidate) -> list[Candidate]:
        """Return the chunks of the candidate's note by line."""
        note = candidate.chunk.note
        chunks = (
            self.catalog.chunks_of(note)
            if self.catalog
            else [c.chunk for c in self.ranking.candidates if c.chunk.note == note]
        )
        return list(self._candidates(sorted(chunks, key=lambda c: c.lines), candidate))

    def _candidates(self, chunks: Iterable[Chunk], near: Candidate) -> Iterator[Candidate]:
        """Yield the chunks as candidates; one that was not found counts like the one it is near."""
        found = {c.chunk.id: c for c in self.ranking.candidates}
        for chunk in chunks:
            yield found.get(chunk.id) or replace(near, chunk=chunk)
