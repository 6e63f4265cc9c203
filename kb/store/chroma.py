"""Vectors in a Chroma collection, in a folder or on a server. The only importer of chromadb.

Chroma's embedded client is not safe for several processes: the owner of the folder must hold its
lock. The vectors are a cache that can be filled again at any time, so damage is reported, not
repaired, here.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar, cast
from urllib.parse import SplitResult, urlsplit

import numpy as np

from kb.errors import IndexUnavailableError, InvalidInputError, VectorServerError
from kb.model import ChunkId, NoteId, ScoredChunk
from kb.ports import EmbeddedWindow, FloatArray

if TYPE_CHECKING:
    import httpx
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
_GREETING_TIMEOUT_S: Final = 5.0
_ANSWER_TIMEOUT_S: Final = 30.0
"""A server that is silent so long is taken for gone; Chroma's own client would wait for ever."""
_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromaServer:
    """Where a Chroma server is."""

    host: str
    port: int
    is_tls: bool = False

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read `http://host:port` or `https://host:port`.

        Raises:
            InvalidInputError: It is something else.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_bare(parts):
            raise InvalidInputError(
                f"{url!r} is no address of a Chroma server",
                hint="KB_CHROMA_URL is scheme, host and port alone: http://127.0.0.1:8000",
            )
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 8000)
        return cls(host=parts.hostname, port=port, is_tls=is_tls)

    @property
    def url(self) -> str:
        """The address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_tls else 'http'}://{host}:{self.port}"


class ChromaStore:
    """A ChunkStore in a folder, or on a server.

    Args:
        place: The folder where Chroma keeps its files, made where it is missing; or the server.
        dimension: Length of the vectors.
        collection: Name of the collection; on a server, where others keep theirs too, a unique one.

    Raises:
        IndexUnavailableError: The files are damaged, or another program's.
        VectorServerError: The server is not there.

    Attributes:
        trouble: Why the last call failed; empty where it did not.
    """

    def __init__(
        self, place: Path | ChromaServer, *, dimension: int, collection: str = _COLLECTION
    ) -> None:
        self._place = place
        self._dimension = dimension
        self._writing = threading.Lock()
        self.trouble = ""
        self._client = _open_client(place)
        try:
            self._collection = _open_collection(self._client, collection)
        except Exception as error:
            self.close()
            raise _cannot_open(place, error) from error

    def upsert(self, windows: Sequence[EmbeddedWindow]) -> None:
        """Store the windows, replacing those with the same chunk and window number."""
        with self._writing:
            for batch in _batches(windows):
                vectors = np.stack([window.vector for window in batch]).astype(np.float32)
                if vectors.shape[1] != self._dimension:
                    raise ValueError(
                        f"vectors of {vectors.shape[1]} numbers in an index of {self._dimension}"
                    )
                with self._telling():
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
        with self._writing, self._telling():
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
            with self._telling():
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
        with self._telling():
            ids = self._collection.get(include=[])["ids"]
        return {ChunkId(id_.rsplit(":", 1)[0]) for id_ in ids}

    def count(self) -> int:
        """Return the number of windows."""
        with self._telling():
            return int(self._collection.count())

    def probe(self) -> None:
        """Look a stored vector up by itself, which fails where the vector index is damaged.

        Raises:
            IndexUnavailableError: A vector that is stored is not found.
            VectorServerError: The server is not there.
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
            raise _translate(self._place, error) or _damaged(error) from error
        if not found["ids"] or not found["ids"][0]:
            raise _damaged("a stored vector is not found")

    def close(self) -> None:
        """Give back files and threads."""
        _close(self._client)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what Chroma raises into errors with a hint, and remember how it went."""
        try:
            yield
        except Exception as error:
            told = _translate(self._place, error)
            if told is None:
                raise
            self.trouble = told.message
            raise told from error
        self.trouble = ""

    def _query_windows(
        self, vector: FloatArray, wanted: int, notes: Collection[NoteId] | None
    ) -> tuple[dict[ChunkId, float], bool]:
        """Return the best score of each chunk among the nearest windows, and whether it was all."""
        with self._telling():
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


def greet(server: ChromaServer) -> None:
    """See whether a Chroma server answers, within a bounded time.

    Raises:
        VectorServerError: It does not.
    """
    import httpx

    try:
        answer = httpx.get(f"{server.url}/api/v2/heartbeat", timeout=_GREETING_TIMEOUT_S)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise _gone(server, error) from error


def delete_collections(server: ChromaServer, *, is_unwanted: Callable[[str], bool]) -> list[str]:
    """Delete collections by name, and return those names.

    Raises:
        VectorServerError: The server is not there.
    """
    client = _open_client(server)
    try:
        unwanted = [name for name in _collection_names(client) if is_unwanted(name)]
        for name in unwanted:
            client.delete_collection(name)
    except Exception as error:
        raise _cannot_open(server, error) from error
    finally:
        _close(client)
    return unwanted


def _collection_names(client: ClientAPI) -> list[str]:
    names: list[str] = []
    while page := client.list_collections(limit=_PAGE, offset=len(names)):
        names += [collection.name for collection in page]
    return names


def _open_client(place: Path | ChromaServer) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    if isinstance(place, ChromaServer):
        greet(place)
    try:
        if isinstance(place, ChromaServer):
            client = chromadb.HttpClient(
                host=place.host, port=place.port, ssl=place.is_tls, settings=settings
            )
            _limit_waiting(client)
            return client
        place.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(place), settings=settings)
    except Exception as error:
        raise _cannot_open(place, error) from error


def _limit_waiting(client: ClientAPI) -> None:
    import httpx

    for session in _sessions_of(client):
        session.timeout = httpx.Timeout(_ANSWER_TIMEOUT_S, connect=_GREETING_TIMEOUT_S)


def _sessions_of(client: ClientAPI) -> Iterator[httpx.Client]:
    """Yield the connections of a client for servers; it neither bounds nor ends them."""
    import httpx

    for owner in (client, getattr(client, "_admin_client", None)):
        session = getattr(getattr(owner, "_server", None), "_session", None)
        if isinstance(session, httpx.Client):
            yield session


def _open_collection(client: ClientAPI, name: str) -> ChromaCollection:
    # Without an embedding function of its own, Chroma downloads nothing.
    return client.get_or_create_collection(
        name,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
    )


def _close(client: ClientAPI) -> None:
    # The interface lacks what both clients have: it ends their threads.
    close = getattr(client, "close", None)
    if callable(close):
        close()
    for session in _sessions_of(client):
        session.close()


def _is_bare(parts: SplitResult) -> bool:
    try:
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    return has_port and not more


def _window_id(chunk: ChunkId, window: int) -> str:
    return f"{chunk}:{window}"


def _among(key: str, values: Iterable[str]) -> Where:
    return cast("Where", {key: {"$in": list(values)}})


def _batches(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))


def _cannot_open(place: Path | ChromaServer, error: Exception) -> IndexUnavailableError:
    return _gone(place, error) if isinstance(place, ChromaServer) else _damaged(error)


def _translate(place: Path | ChromaServer, error: Exception) -> IndexUnavailableError | None:
    """Return the error to tell; None for one that is not Chroma's."""
    from chromadb.errors import (
        ChromaError,
        InvalidArgumentError,
        InvalidDimensionException,
        NotFoundError,
    )

    if isinstance(place, Path):
        return _damaged(error) if isinstance(error, ChromaError) else None
    if isinstance(error, NotFoundError | InvalidArgumentError | InvalidDimensionException):
        return _damaged(error)
    return _gone(place, error)


def _gone(server: ChromaServer, reason: Exception) -> VectorServerError:
    said = str(reason).strip() or type(reason).__name__
    return VectorServerError(
        f"the Chroma server at {server.url} does not answer: {said[:200]}",
        hint="start it (`chroma run --path FOLDER`) and look at KB_CHROMA_URL; without that"
        " variable Chroma runs inside the process",
    )


def _damaged(reason: object) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"the vector index cannot be read: {reason}",
        hint="`kb ingest` fills it again from the notes; delete the index folder if this stays",
        code="index_damaged",
    )
