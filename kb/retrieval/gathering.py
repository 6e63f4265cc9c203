"""Gathers what may answer a question, with all that the candidates are measured by.

What does not wait for the question's embedding is looked up beside it, and the kept embeddings are
read beside the chunks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from kb.model import Chunk, ChunkId, NoteId, Query, ScoredChunk
from kb.ports import Embedding, Index, KeptEmbedding
from kb.retrieval import arms
from kb.retrieval.coverage import WeightedTerm, chunk_terms, weigh_terms
from kb.retrieval.manual import NOTHING_MEANT, MeantCommands, meant_commands
from kb.retrieval.needs import Need, need_of
from kb.retrieval.question import ParsedQuestion, parse_question
from kb.retrieval.respelling import respell
from kb.retrieval.stopwatch import Stopwatch

ChunkEmbeddings = Mapping[ChunkId, Sequence[KeptEmbedding]]

_ARM_DEPTH: Final = 25
"""How many candidates each arm gives."""
_SIDE_THREADS: Final = 4
"""What is looked up at the same time, beside the questions' own threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A question and its candidates, in no order."""

    question: ParsedQuestion
    asked: Embedding
    terms: tuple[WeightedTerm, ...]
    meant: MeantCommands
    need: Need | None
    dense: Sequence[ScoredChunk]
    """What the vectors found, best first."""
    lexical: Sequence[ScoredChunk]
    """What the words found, best first."""
    chunks: Sequence[Chunk]
    embeddings: ChunkEmbeddings
    """Those that the index keeps of the chunks."""


class Gatherer:
    """Looks up candidates in an index; may be used from several threads.

    It needs no closing: a pool's threads end when nobody refers to it any more.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_SIDE_THREADS, thread_name_prefix="search")

    def gather(self, index: Index, query: Query, watch: Stopwatch) -> Gathered:
        """Return the candidates of every arm.

        Args:
            index: What is searched.
            query: What is looked for.
            watch: Is told of each part.
        """
        question = parse_question(respell(query, index))
        beside = self._pool.submit
        notes = arms.notes_of(index, query.filters)
        words = beside(arms.search_lexical, index, question, top_k=_ARM_DEPTH, notes=notes)
        terms = beside(weigh_terms, question, index.lexical)
        asked = index.embedder.embed_query(question.text)
        watch.lap("embedding")
        nearest = beside(arms.search_dense, index, asked.vector, top_k=_ARM_DEPTH, notes=notes)
        lexical = words.result()
        watch.lap("lexical")
        need = need_of(asked.vector, index.embedder.needs)
        meant = (
            meant_commands(index.embedder, asked.vector, need)
            if index.has_vectors
            else NOTHING_MEANT
        )
        watch.lap("meaning")
        dense = nearest.result()
        watch.lap("dense")
        found = arms.search_structure(index, question, top_k=_ARM_DEPTH)
        ids = list(dict.fromkeys([*(one.chunk for one in (*dense, *lexical)), *found]))
        kept = beside(index.embeddings.read, ids)
        chunks = [one for one in index.catalog.chunks(ids) if _may_answer(one, notes)]
        weighed, embeddings = terms.result(), _of_chunks(kept.result(), chunks)
        watch.lap("loading")
        return Gathered(
            question=question,
            asked=asked,
            terms=weighed,
            meant=meant,
            need=need,
            dense=dense,
            lexical=lexical,
            chunks=chunks,
            embeddings=embeddings,
        )


def _may_answer(chunk: Chunk, notes: Collection[NoteId] | None) -> bool:
    """Tell whether a chunk is of these notes and says something by itself.

    A word left over at the end of a note does not.
    """
    return (notes is None or chunk.note in notes) and bool(chunk_terms(chunk).body)


def _of_chunks(kept: ChunkEmbeddings, chunks: Sequence[Chunk]) -> ChunkEmbeddings:
    return {chunk.id: kept[chunk.id] for chunk in chunks if chunk.id in kept}
