"""What the knowledge base asks of the outside: protocols that adapters and fakes fulfil."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.model import Chunk, ChunkId, FlagEntry, NoteId, NoteSummary, ScoredChunk
from kb.readers import Readers

FloatArray = NDArray[np.float32]
TokenArray = NDArray[np.int8]
"""Token vectors as they are kept: 127 times the number, shape (tokens, token dimension)."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """What a model makes of a text."""

    vector: FloatArray
    """Of length 1, shape (dimension,)."""
    tokens: FloatArray
    """One vector for each token, shape (tokens, token dimension); shape (0, 0) from a model that
    gives none. Each is of length 1; in a question each is as long as its weight, 1 in all."""


NO_TOKENS: Final = np.zeros((0, 0), dtype=np.float32)
NO_NEEDS: Final = np.zeros((0, 0), dtype=np.float32)


class Reranker(Protocol):
    """Reads a question together with a chunk: slower than comparing vectors, and surer."""

    def read(self, question: str, chunks: Sequence[Chunk]) -> FloatArray:
        """Return how surely each chunk answers: the logarithm of the odds, shape (chunks,)."""


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def name(self) -> str:
        """The model's name as a person knows it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Changes when the vectors would: model files, dimension, prompts, window."""

    @property
    def needs(self) -> FloatArray:
        """Unit vectors of what people commonly need, shape (needs, dimension).

        `NO_NEEDS` from a model that knows none.
        """

    @property
    def reranker(self) -> Reranker | None:
        """What reads questions together with chunks; None from a model that comes without one."""

    def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
        """Return what the model makes of each text."""

    def embed_query(self, text: str) -> Embedding:
        """Return what the model makes of a question."""

    def split_windows(self, context: str, text: str) -> list[str]:
        """Cut `text` into pieces that fit the model's window, each with `context` before it.

        Returns at least one piece; all of `text` is in one piece or another.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedWindow:
    """A vector of a chunk; a long chunk has several."""

    chunk: ChunkId
    note: NoteId
    window: int
    """0-based."""
    vector: FloatArray


class ChunkStore(Protocol):
    """The vectors of the chunks."""

    def upsert(self, windows: Sequence[EmbeddedWindow]) -> None:
        """Store the windows, replacing those with the same chunk and window number."""

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove every window of the chunks; unknown ids are ignored."""

    def query(
        self, vector: FloatArray, *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks nearest by cosine similarity (-1..1), best first, a chunk once.

        Args:
            vector: Shape (dimension,), of length 1.
            top_k: How many chunks at the most.
            notes: Only chunks of these notes; None for all.
        """

    def vectors(self, chunks: Collection[ChunkId]) -> Mapping[ChunkId, list[FloatArray]]:
        """Return the stored vectors of the chunks, in window order; unknown ids are left out."""

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all chunks that have a vector."""

    def count(self) -> int:
        """Return the number of windows."""

    def close(self) -> None:
        """Give back files and threads."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptEmbedding:
    """What is kept of an `Embedding`."""

    vector: FloatArray
    """Of length 1, shape (dimension,)."""
    tokens: TokenArray
    """Shape (tokens, token dimension); shape (0, 0) from a model that gives none."""


class EmbeddingStore(Protocol):
    """What the model made of the chunks, by chunk."""

    def read(self, chunks: Sequence[ChunkId]) -> Mapping[ChunkId, list[KeptEmbedding]]:
        """Return what is kept of the chunks, window by window; those without any are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of a lexical query, analysed already (`kb.text.tokens.analyze`)."""

    text: str
    weight: float = 1.0
    """Factor on the term's BM25 score; a translation weighs less than the word itself."""
    max_edits: int = 0
    """Up to so many typing errors (optimal string alignment distance, 0-2) are forgiven."""
    is_sound: bool = False
    """The text is a key of `kb.text.sound`, met by all Latin words that sound like it."""


class LexicalIndex(Protocol):
    """Words and code tokens of the chunks, with BM25 scores."""

    def upsert(self, chunks: Sequence[Chunk]) -> None:
        """Index the chunks, replacing those with the same id; visible when it returns."""

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove the chunks; unknown ids are ignored."""

    def search(
        self, terms: Sequence[Term], *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks with the highest BM25 score, best first; empty where no term fits.

        A chunk's score is the sum over its terms of weight times BM25, over all fields.
        """

    def document_frequency(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Return for each analysed term in how many chunks (any field) it stands; 0 if in none."""

    def count(self) -> int:
        """Return the number of indexed chunks."""

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all indexed chunks."""

    def close(self) -> None:
        """Give back files and threads."""


class ChunkCatalog(Protocol):
    """The chunks themselves, their notes, and where flags are explained."""

    def chunks(self, ids: Sequence[ChunkId]) -> list[Chunk]:
        """Return the chunks in the order of the ids; unknown ids are left out."""

    def chunks_of(self, note: NoteId) -> list[Chunk]:
        """Return a note's chunks by line."""

    def children(self, chunk: ChunkId) -> list[Chunk]:
        """Return the chunks whose parent this is, by line."""

    def flag_entries(self, flag: str) -> list[FlagEntry]:
        """Return where the flag (`-p`, `--rm`) is explained; case matters."""

    def command_chunks(self, command: str) -> list[Chunk]:
        """Return COMMAND chunks one of whose `commands` calls what begins with these words."""

    def notes(self) -> list[NoteSummary]:
        """Return all notes by path."""


class NoteReader(Protocol):
    """Reads a note as it is now."""

    def read(self, note: NoteId) -> str:
        """Return the decoded source, its lines ended by a line feed each.

        Raises:
            NotFoundError: The note is not there any more.
            VaultError: It cannot be read, or is no text any more.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The parts of one index, which belong together; answers are made from one such value."""

    fingerprint: str
    embedder: Embedder
    vectors: ChunkStore
    embeddings: EmbeddingStore
    lexical: LexicalIndex
    catalog: ChunkCatalog
    has_vectors: bool = True
    """False where the vectors are another model's, so that words alone can be compared."""
    readers: Readers = field(default_factory=Readers, compare=False, repr=False)
    """Who answers from it (`kb.readers.borrowed`): its stores are closed after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message to a chat model."""

    role: str
    """`system`, `user` or `assistant`."""
    content: str


class ChatModel(Protocol):
    """An optional language model."""

    @property
    def name(self) -> str:
        """The model's name."""

    def stream(
        self, messages: Sequence[ChatMessage], *, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        """Yield the reply piece by piece.

        Raises:
            ChatModelError: The service failed, was too slow, or broke the protocol.
        """
