"""One index on disk: its four stores, changed together, repaired after a crash."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ingest.models.embedding_text import embedding_text
from ingest.vector_places import FOLDER_LABEL, VectorPlace
from kb.errors import IndexUnavailableError, VectorServerError
from kb.model import Chunk, ChunkId, NoteId
from kb.ports import ChunkStore, EmbeddedWindow, Embedder, FloatArray, Index
from kb.readers import Readers
from kb.store.catalog import SCHEMA, SqliteCatalog
from kb.store.chroma import ChromaStore
from kb.store.database import Database
from kb.store.embeddings import EmbeddingCache, embedding_key
from kb.store.known import KnownEmbeddings
from kb.store.lexical import TantivyIndex
from kb.store.manifest import IndexedChunk, Manifest, NoteChange, NoteRecord
from kb.store.memory import MemoryChunkStore, MemoryEmbeddingStore
from kb.text.tokens import analyze

_log = logging.getLogger(__name__)

EMBEDDING_BATCH: Final = 64
"""Windows that are embedded between two looks at whether to stop."""
_REPAIR_BATCH: Final = 500
_CODE: Final = (
    ("ingest", ("encodings", "decoding", "markdown", "front_matter", "inline")),
    ("ingest.chunks", ("chunking", "sections", "entries", "lists", "tables", "flags", "signals")),
    ("ingest.chunks", ("shell", "bare_commands", "owners", "problems", "leads", "flag_lines")),
    ("ingest.chunks", ("pairs", "drafts", "footnotes", "footnote_drafts")),
    ("ingest.chunks", ("grouping", "commented_lines", "places", "named_owners")),
    ("ingest.chunks", ("code_drafts", "pair_drafts", "open_questions")),
    ("ingest.models", ("embedding_text", "windows")),
    ("kb.store", ("catalog", "manifest", "lexical", "chroma", "serial")),
    ("kb.text", ("tokens", "stopwords", "transliteration", "language", "fences", "sentences")),
    ("kb.text", ("sound", "data_uris", "prompts", "here_documents", "hidden")),
    ("kb.text", ("command_lines", "programs", "wrappers", "shell_lines", "definitions", "words")),
    ("kb.text", ("unwritten", "dates", "file_kinds", "markers", "announcing")),
)
"""The modules that decide what an index of given notes looks like, with tables of their names."""


def index_fingerprint(embedder: Embedder) -> str:
    """Return what changes when the same notes would give another index.

    That is the model with its prompts and window, and the code that parses, chunks, analyses and
    stores; a new version of it makes a new index, for which no text is embedded twice.
    """
    digest = hashlib.sha256(f"{embedder.fingerprint}\n{embedder.dimension}\n".encode())
    for package, modules in _CODE:
        for module in modules:
            digest.update(_source(files(package), module))
    return digest.hexdigest()[:16]


def _source(folder: Traversable, module: str) -> bytes:
    """Return the code of a module, and the table of the same name beside it."""
    paths = (folder / f"{module}{ending}" for ending in (".py", ".tsv", ".txt"))
    return b"".join(path.read_bytes() for path in paths if path.is_file())


class IndexFiles:
    """The stores of one index in a folder.

    Args:
        folder: Where they lie; made where it is missing.
        embedder: The model of the index.
        cache: The model's known vectors.
        place: Where the vectors lie.

    Raises:
        VectorServerError: The vectors are on a server that is not there.

    Attributes:
        has_vectors: False for an index of another model, whose vectors no question can be compared
            with; it answers by words alone.
        readers: Who reads the stores; none that was replaced is closed before they have left.
    """

    def __init__(
        self, folder: Path, *, embedder: Embedder, cache: EmbeddingCache, place: VectorPlace
    ) -> None:
        self.folder = folder
        self._embedder = embedder
        self._cache = cache
        self._place = place
        self.readers = Readers()
        self._replaced: list[Callable[[], None]] = []
        """What gives back the stores that others have taken the place of."""
        with ExitStack() as opened:
            self._database = Database(folder / "catalog.sqlite3", SCHEMA)
            opened.callback(self._database.close)
            self.manifest = Manifest(self._database)
            self.catalog = SqliteCatalog(self._database)
            if not self.manifest.value("model"):
                self.manifest.set_value("model", embedder.fingerprint)
                self.manifest.set_value("place", place.label)
            self.has_vectors = self.manifest.value("model") == embedder.fingerprint
            self._vectors: ChunkStore = (
                self._open_vectors() if self.has_vectors else MemoryChunkStore()
            )
            opened.callback(self._vectors.close)
            self._lexical = self._open_lexical()
            opened.pop_all()

    @property
    def vectors_name(self) -> str:
        """The name of the vectors at their place."""
        return self.manifest.value("vectors") or "vectors-1"

    @property
    def trouble(self) -> str:
        """What is wrong with the vectors now, as far as the last question or sync showed."""
        return self._vectors.trouble if isinstance(self._vectors, ChromaStore) else ""

    @property
    def is_complete(self) -> bool:
        """Whether a whole sync has gone into it once."""
        return bool(self.manifest.value("complete"))

    def mark_complete(self) -> None:
        """Note that a whole sync has gone into it."""
        if not self.is_complete:
            self.manifest.set_value("complete", "1")

    def as_index(self, fingerprint: str) -> Index:
        """Return the index for retrieval."""
        return Index(
            fingerprint=fingerprint,
            embedder=self._embedder,
            vectors=self._vectors,
            embeddings=KnownEmbeddings(self.manifest, self._cache)
            if self.has_vectors
            else MemoryEmbeddingStore(),
            lexical=self._lexical,
            catalog=self.catalog,
            has_vectors=self.has_vectors,
            readers=self.readers,
        )

    # --- changes --------------------------------------------------------------------------------

    def windows_of(self, chunk: Chunk) -> list[str]:
        """Return the texts whose vectors stand for a chunk."""
        return self._embedder.split_windows(chunk.context, embedding_text(chunk.text))

    def embed(
        self,
        texts: Sequence[str],
        *,
        on_batch: Callable[[int], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Put the vectors of texts into the cache; False where it was stopped before the end.

        Args:
            texts: Texts without a known vector.
            on_batch: Is told how many were embedded.
            cancelled: Is asked between batches.
        """
        ordered = sorted(dict.fromkeys(texts), key=len)
        for start in range(0, len(ordered), EMBEDDING_BATCH):
            if cancelled():
                return False
            batch = ordered[start : start + EMBEDDING_BATCH]
            embeddings = self._embedder.embed_documents(batch)
            self._cache.put(zip(map(embedding_key, batch), embeddings, strict=True))
            on_batch(len(batch))
        return not cancelled()

    def change(
        self,
        *,
        changes: Sequence[NoteChange] = (),
        fresh: Sequence[IndexedChunk] = (),
        gone: Collection[ChunkId] = (),
        removed: Collection[NoteId] = (),
        touched: Iterable[NoteRecord] = (),
    ) -> None:
        """Change all four stores; a crash in between is repaired at the next start.

        Args:
            changes: Notes as they shall be.
            fresh: Those of their chunks that are new, or are to be indexed anew.
            gone: Chunks that are there no more.
            removed: Notes that are there no more.
            touched: Notes whose record alone changes.
        """
        replaced = [indexed.chunk.id for indexed in fresh]
        self.manifest.begin_change([*gone, *replaced])
        self._put(fresh, removed=[*gone, *replaced])
        self.manifest.finish_change(changes=changes, removed=removed, touched=touched)

    def _put(self, fresh: Sequence[IndexedChunk], *, removed: Sequence[ChunkId]) -> None:
        self._vectors.delete(removed)
        self._vectors.upsert(self._embedded(fresh))
        self._lexical.apply([indexed.chunk for indexed in fresh], removed)

    def _embedded(self, chunks: Sequence[IndexedChunk]) -> list[EmbeddedWindow]:
        known = dict(self._cache.get([key for indexed in chunks for key in indexed.keys]))
        lost = [indexed for indexed in chunks if any(key not in known for key in indexed.keys)]
        if lost:
            known.update(self._embed_again(lost))
        return [
            EmbeddedWindow(
                chunk=indexed.chunk.id, note=indexed.chunk.note, window=number, vector=known[key]
            )
            for indexed in chunks
            for number, key in enumerate(indexed.keys)
        ]

    def _embed_again(self, chunks: Sequence[IndexedChunk]) -> dict[str, FloatArray]:
        """Embed chunks whose vectors the cache has lost."""
        texts = [text for indexed in chunks for text in self.windows_of(indexed.chunk)]
        self.embed(texts)
        return dict(self._cache.get(list(map(embedding_key, texts))))

    # --- repair ---------------------------------------------------------------------------------

    def repair(self) -> bool:
        """Bring vectors and lexical index in line with the catalogue; True where they were not."""
        repaired = self._repair_journal()
        totals = self.manifest.totals()
        if not self._vectors_are_whole(totals.windows):
            _log.warning("the vector index does not fit the catalogue; filling it again")
            self._refill_vectors()
            repaired = True
        if self._embed_lost():
            repaired = True
        if self._lexical.count() != totals.chunks:
            _log.warning("the lexical index does not fit the catalogue; filling it again")
            self._refill_lexical()
            repaired = True
        return repaired

    def _repair_journal(self) -> bool:
        journal = sorted(self.manifest.journal())
        for start in range(0, len(journal), _REPAIR_BATCH):
            batch = journal[start : start + _REPAIR_BATCH]
            self._put(self.manifest.indexed(batch), removed=batch)
        if journal:
            self.manifest.finish_change()
        return bool(journal)

    def _vectors_are_whole(self, windows: int) -> bool:
        if not isinstance(self._vectors, ChromaStore):
            return True
        try:
            self._vectors.probe()
            return self._vectors.count() == windows
        except VectorServerError:
            raise
        except IndexUnavailableError:
            return False

    def _embed_lost(self) -> bool:
        """Embed again what the cache has lost: token vectors are nowhere else."""
        used = self.manifest.used_keys() if self.has_vectors else set()
        if self._cache.count() >= len(used):
            return False
        _log.warning("the known vectors do not fit the catalogue; embedding what is missing")
        for batch in self._all_chunks():
            self._embedded(batch)
        return True

    def _refill_vectors(self) -> None:
        old, name = self._vectors, self.vectors_name
        self._vectors = self._open_new_vectors()

        def give_back() -> None:
            old.close()
            self._drop_vectors(name)

        self._replaced.append(give_back)
        for batch in self._all_chunks():
            self._vectors.upsert(self._embedded(batch))

    def _refill_lexical(self) -> None:
        self._lexical.close()
        shutil.rmtree(self.folder / "lexical", ignore_errors=True)
        self._lexical = self._open_lexical()
        for batch in self._all_chunks():
            self._lexical.upsert([indexed.chunk for indexed in batch])

    def _all_chunks(self) -> Iterable[list[IndexedChunk]]:
        ids = sorted(self.manifest.chunk_ids())
        for start in range(0, len(ids), _REPAIR_BATCH):
            yield self.manifest.indexed(ids[start : start + _REPAIR_BATCH])

    # --- files ----------------------------------------------------------------------------------

    def _open_vectors(self) -> ChromaStore:
        """Open the vectors; damaged ones, and those at another place, are left for new ones."""
        name = self.vectors_name
        if (self.manifest.value("place") or FOLDER_LABEL) == self._place.label:
            try:
                return self._place.open(name)
            except VectorServerError:
                raise
            except IndexUnavailableError as error:
                _log.warning("%s", error)
        opened = self._open_new_vectors()
        self._drop_vectors(name)
        return opened

    def _open_new_vectors(self) -> ChromaStore:
        """Open empty vectors under a new name: Chroma remembers the folders of its process."""
        fresh = f"vectors-{int(self.vectors_name.rsplit('-', 1)[1]) + 1}"
        self._place.drop(fresh)
        opened = self._place.open(fresh)
        self.manifest.set_value("vectors", fresh)
        self.manifest.set_value("place", self._place.label)
        return opened

    def _drop_vectors(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        self._place.drop(name)

    def _open_lexical(self) -> TantivyIndex:
        try:
            return TantivyIndex(self.folder / "lexical", analyze=analyze)
        except IndexUnavailableError as error:
            _log.warning("%s", error)
            shutil.rmtree(self.folder / "lexical", ignore_errors=True)
            return TantivyIndex(self.folder / "lexical", analyze=analyze)

    def close_replaced(self) -> None:
        """Close the stores that others have taken the place of, once those who read have left.

        The index with the new stores must be the one that questions get by now.
        """
        replaced, self._replaced = self._replaced, []
        for give_back in replaced:
            self.readers.when_none(give_back)

    def retire(self) -> None:
        """Close all stores once those who read have left; another index answers by now."""
        self.readers.when_none(self.close)

    def close(self) -> None:
        """Close all stores."""
        replaced, self._replaced = self._replaced, []
        for give_back in replaced:
            give_back()
        self._vectors.close()
        self._lexical.close()
        self._database.close()
