"""Vectors in a persistent Chroma collection. The only module that imports chromadb.

Chroma's embedded client is not safe for several processes: the owner of the folder must hold its
lock. The vectors are a cache that can be filled again at any time, so damage is reported, not
repaired, here.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

import numpy as np

from kb.errors import IndexUnavailableError
from kb.model import ChunkId, NoteId, ScoredChunk
from kb.ports import EmbeddedWindow, FloatArray

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection
    from chromadb.api import ClientAPI
    from chromadb.api.types import Where

_T = TypeVar("_T")
_COLLECTION: Final = "chunks"
_BATCH: Final = 500
"""Records in one call; ids and filters become SQL variables, whose number is limited."""
_OVERSAMPLING: Final = 2
"""A long chunk has several windows, so more windows than chunks are asked for."""
_MAX_RESULTS: Final = 2000


class ChromaStore:
    """A ChunkStore in a folder.

    Args:
        folder: Where Chroma keeps its files; made where it is missing.
        dimension: Length of the vectors.

    Raises:
        IndexUnavailableError: The files are damaged, or another program's.
    """

    def __init__(self, folder: Path, *, dimension: int) -> None:
        self._dimension = dimension
        self._writing = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._client = _open_client(folder)
            self._collection = _open_collection(self._client)
        except Exception as error:
            raise _damaged(error) from error

    def upsert(self, windows: Sequence[EmbeddedWindow]) -> None:
        """Store the windows, replacing those with the same chunk and window number."""
        with self._writing:
            for batch in _batches(windows):
                vectors = np.stack([window.vector for window in batch]).astype(np.float32)
                if vectors.shape[1] != self._dimension:
                    raise ValueError(
                        f"vectors of {vectors.shape[1]} numbers in an index of {self._dimension}"
                    )
                self._collection.upsert(
                    ids=[_window_id(window.chunk, window.window) for window in batch],
                    embeddings=vectors,
                    metadatas=[
                        {"chunk": window.chunk, "note": window.note, "window": window.window}
                        for window in batch
                    ],
                )

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove every window of the chunks; unknown ids are ignored."""
        with self._writing:
            for batch in _batches(list(chunks)):
                found = self._collection.get(where=_among("chunk", batch), include=[])
                for ids in _batches(found["ids"]):
                    self._collection.delete(ids=list(ids))

    def query(
        self, vector: FloatArray, *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks nearest by cosine similarity (-1..1), best first, a chunk once."""
        if top_k < 1 or (notes is not None and not notes):
            return []
        wanted = min(top_k * _OVERSAMPLING, _MAX_RESULTS)
        while True:
            scores, is_all = self._query_windows(vector, wanted, notes)
            if len(scores) >= top_k or is_all or wanted >= _MAX_RESULTS:
                ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
                return [ScoredChunk(chunk=id_, score=score) for id_, score in ranked[:top_k]]
            wanted = min(wanted * 4, _MAX_RESULTS)

    def vectors(self, chunks: Collection[ChunkId]) -> Mapping[ChunkId, list[FloatArray]]:
        """Return the stored vectors of the chunks, in window order; unknown ids are left out."""
        found: dict[ChunkId, list[tuple[int, FloatArray]]] = {}
        for batch in _batches(list(chunks)):
            rows = self._collection.get(
                where=_among("chunk", batch), include=["embeddings", "metadatas"]
            )
            embeddings, metadatas = rows["embeddings"], rows["metadatas"]
            if embeddings is None or metadatas is None:
                continue
            for embedding, metadata in zip(embeddings, metadatas, strict=True):
                chunk, window = ChunkId(str(metadata["chunk"])), int(cast(int, metadata["window"]))
                found.setdefault(chunk, []).append((window, np.asarray(embedding, np.float32)))
        return {
            chunk: [vector for _, vector in sorted(windows, key=lambda pair: pair[0])]
            for chunk, windows in found.items()
        }

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all chunks that have a vector."""
        ids = self._collection.get(include=[])["ids"]
        return {ChunkId(id_.rsplit(":", 1)[0]) for id_ in ids}

    def count(self) -> int:
        """Return the number of windows."""
        return int(self._collection.count())

    def probe(self) -> None:
        """Look a stored vector up by itself, which fails where the vector index is damaged.

        Raises:
            IndexUnavailableError: A vector that is stored is not found.
        """
        try:
            sample = self._collection.get(limit=1, include=["embeddings"])
            if not sample["ids"]:
                return
            embeddings = sample["embeddings"]
            found = self._collection.query(
                query_embeddings=np.asarray(embeddings, np.float32), n_results=1, include=[]
            )
        except Exception as error:
            raise _damaged(error) from error
        if not found["ids"] or not found["ids"][0]:
            raise _damaged("a stored vector is not found")

    def close(self) -> None:
        """Give back files and threads."""
        # The interface lacks what the client for folders has: it ends its threads.
        close = getattr(self._client, "close", None)
        if callable(close):
            close()

    def _query_windows(
        self, vector: FloatArray, wanted: int, notes: Collection[NoteId] | None
    ) -> tuple[dict[ChunkId, float], bool]:
        """Return the best score of each chunk among the nearest windows, and whether it was all."""
        found = self._collection.query(
            query_embeddings=np.asarray([vector], np.float32),
            n_results=wanted,
            where=None if notes is None else _among("note", list(notes)),
            include=["distances"],
        )
        distances = found["distances"]
        if distances is None:
            return {}, True
        scores: dict[ChunkId, float] = {}
        for id_, distance in zip(found["ids"][0], distances[0], strict=True):
            chunk = ChunkId(id_.rsplit(":", 1)[0])
            score = 1.0 - float(distance)
            scores[chunk] = max(score, scores.get(chunk, -1.0))
        return scores, len(found["ids"][0]) < wanted


def _open_client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def _open_collection(client: ClientAPI) -> ChromaCollection:
    # Without an embedding function of its own, Chroma downloads nothing.
    return client.get_or_create_collection(
        _COLLECTION,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
    )


def _window_id(chunk: ChunkId, window: int) -> str:
    return f"{chunk}:{window}"


def _among(key: str, values: Iterable[str]) -> Where:
    return cast("Where", {key: {"$in": list(values)}})


def _batches(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))


def _damaged(reason: object) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"the vector index cannot be read: {reason}",
        hint="it is built again from the notes; delete the index folder if this stays",
        code="index_damaged",
    )
