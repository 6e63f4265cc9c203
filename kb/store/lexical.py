"""BM25 over stems and code tokens, in a tantivy index on disk.

Text is analysed by this project before tantivy sees it (its own tokenizers know neither Russian
nor flags), and queries are built term by term, since its query language takes `-p` for an operator.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kb.errors import IndexUnavailableError
from kb.model import Chunk, ChunkId, NoteId, ScoredChunk
from kb.ports import Term
from kb.text.data_uris import without_data
from kb.text.dates import date_terms
from kb.text.sound import spoken_keys

if TYPE_CHECKING:
    from tantivy import Document, Index, IndexWriter, Query, Schema

Analyzer = Callable[[str], list[str]]

FIELD_BOOSTS: Final = {"body": 1.0, "headings": 0.6, "commands": 1.2}
"""How much a term counts in each field; a term counts in its best field, and little in others."""

_SOUNDS: Final = "sounds"
_TIE_BREAKER: Final = 0.1
_FUZZY_SCORE: Final = 1.5
"""What a word with a typing error counts: less than a rare word, about as much as a common one."""
_TOKENIZER: Final = "terms"
_WRITER_BYTES: Final = 64 * 1024 * 1024
_MAX_QUERY_TERMS: Final = 128
_TRIES: Final = 3


class TantivyIndex:
    """A LexicalIndex in a folder.

    Args:
        folder: Where the index lies; made where it is missing.
        analyze: Turns text into terms; terms must not contain blanks.

    Raises:
        IndexUnavailableError: The files are damaged.
    """

    def __init__(self, folder: Path, *, analyze: Analyzer) -> None:
        self._analyze = analyze
        self._writing = threading.Lock()
        self._is_closed = False
        self._schema = _schema()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = _open(folder, self._schema)
            self._writer: IndexWriter | None = self._index.writer(_WRITER_BYTES, 1)
        except ValueError as error:
            raise _damaged(error) from error

    def upsert(self, chunks: Sequence[Chunk]) -> None:
        """Index the chunks, replacing those with the same id; visible when it returns."""
        self.apply(chunks, ())

    def delete(self, chunks: Collection[ChunkId]) -> None:
        """Remove the chunks; unknown ids are ignored."""
        self.apply((), chunks)

    def apply(self, chunks: Sequence[Chunk], removed: Collection[ChunkId]) -> None:
        """Index and remove chunks in one commit.

        Raises:
            IndexUnavailableError: The change does not come through, or the index is closed.
        """
        if not chunks and not removed:
            return
        with self._writing:
            for _ in range(_TRIES):
                self._commit(chunks, removed)
                if self._holds(chunks, removed):
                    return
        raise _damaged("a change of it was lost, again and again")

    def _commit(self, chunks: Sequence[Chunk], removed: Collection[ChunkId]) -> None:
        writer = self._open_writer()
        for id_ in (*removed, *(chunk.id for chunk in chunks)):
            writer.delete_documents_by_term("id", id_)
        for chunk in chunks:
            writer.add_document(self._document(chunk))
        writer.commit()
        self._finish_merges(writer)
        self._index.reload()

    def _holds(self, chunks: Sequence[Chunk], removed: Collection[ChunkId]) -> bool:
        """Tell whether each of the chunks is there once, and none of the removed ones.

        A merge that a commit sets off can lose a part of the deletions of that commit.
        """
        from tantivy import Query

        wanted = {**dict.fromkeys(removed, 0), **dict.fromkeys((c.id for c in chunks), 1)}
        searcher = self._index.searcher()
        # The stub lacks `count`, which the class has.
        return all(
            searcher.search(Query.term_query(self._schema, "id", id_), limit=1).count == count  # type: ignore[attr-defined]
            for id_, count in wanted.items()
        )

    def search(
        self, terms: Sequence[Term], *, top_k: int, notes: Collection[NoteId] | None = None
    ) -> list[ScoredChunk]:
        """Return the chunks with the highest BM25 score, best first; empty where no term fits.

        A term found by forgiving typing errors gets a fixed score, since it has no frequency of
        its own.
        """
        if not terms or top_k < 1 or (notes is not None and not notes):
            return []
        searcher = self._index.searcher()
        query = self._query(terms[:_MAX_QUERY_TERMS], notes)
        result = searcher.search(query, limit=top_k, count=False)
        hits = [
            ScoredChunk(chunk=ChunkId(str(searcher.doc(address)["id"][0])), score=float(score))
            for score, address in result.hits
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk))

    def document_frequency(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Return for each analysed term in how many chunks (any field) it stands; 0 if in none."""
        searcher = self._index.searcher()
        found = {term: searcher.search(self._anywhere(term), limit=1) for term in terms}
        # The stub lacks `count`, which the class has.
        return {term: int(result.count or 0) for term, result in found.items()}  # type: ignore[attr-defined]

    def chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all indexed chunks."""
        from tantivy import Query

        searcher = self._index.searcher()
        if searcher.num_docs == 0:
            return set()
        result = searcher.search(Query.all_query(), limit=searcher.num_docs, count=False)
        return {ChunkId(str(searcher.doc(address)["id"][0])) for _, address in result.hits}

    def count(self) -> int:
        """Return the number of indexed chunks."""
        return int(self._index.searcher().num_docs)

    def close(self) -> None:
        """Give back files and threads."""
        with self._writing:
            writer, self._writer = self._writer, None
            self._is_closed = True
            if writer is not None:
                writer.wait_merging_threads()

    def _finish_merges(self, writer: IndexWriter) -> None:
        """Wait for what the commit began to merge, so that it can be seen what came of it."""
        self._writer = None
        writer.wait_merging_threads()

    def _open_writer(self) -> IndexWriter:
        if self._is_closed:
            raise IndexUnavailableError(
                "the lexical index is closed", hint="start the program again"
            )
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_BYTES, 1)
        return self._writer

    def _document(self, chunk: Chunk) -> Document:
        from tantivy import Document

        headings = (chunk.title, *chunk.aliases, *chunk.heading_trail, *chunk.tags)
        text = without_data(chunk.text)
        fields = {
            "id": chunk.id,
            "note": chunk.note,
            "body": self._terms(text),
            "headings": " ".join(
                (self._terms(" \n".join(dict.fromkeys(headings))), *date_terms(chunk.note))
            ),
            "commands": self._terms(" \n".join(chunk.commands)),
            _SOUNDS: " ".join(spoken_keys(" \n".join((text, *headings)))),
        }
        document = Document()
        for name, value in fields.items():
            document.add_text(name, value)
        return document

    def _terms(self, text: str) -> str:
        return " ".join(self._analyze(text))

    def _query(self, terms: Sequence[Term], notes: Collection[NoteId] | None) -> Query:
        from tantivy import Occur, Query

        query = Query.boolean_query([(Occur.Should, self._term_query(term)) for term in terms])
        if notes is None:
            return query
        among = Query.const_score_query(
            Query.term_set_query(self._schema, "note", list(notes)), 0.0
        )
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, among)])

    def _term_query(self, term: Term) -> Query:
        from tantivy import Query

        if term.is_sound:
            alike = Query.term_query(self._schema, _SOUNDS, term.text, "freq")
            return Query.boost_query(alike, term.weight)
        fields = []
        for field, boost in FIELD_BOOSTS.items():
            exact = Query.term_query(self._schema, field, term.text, "freq")
            fields.append(Query.boost_query(exact, boost * term.weight))
            if term.max_edits:
                close = Query.fuzzy_term_query(
                    self._schema, field, term.text, distance=min(term.max_edits, 2)
                )
                score = _FUZZY_SCORE * boost * term.weight
                fields.append(Query.const_score_query(close, score))
        return Query.disjunction_max_query(fields, _TIE_BREAKER)

    def _anywhere(self, term: str) -> Query:
        from tantivy import Occur, Query

        return Query.boolean_query(
            [
                (Occur.Should, Query.term_query(self._schema, field, term, "freq"))
                for field in FIELD_BOOSTS
            ]
        )


def _damaged(reason: object) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"the lexical index cannot be read: {reason}",
        hint="it is built again from the notes; delete the index folder if this stays",
        code="index_damaged",
    )


def _schema() -> Schema:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("note", tokenizer_name="raw", index_option="basic")
    for field in (*FIELD_BOOSTS, _SOUNDS):
        builder.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()


def _open(folder: Path, schema: Schema) -> Index:
    from tantivy import Index, TextAnalyzerBuilder, Tokenizer

    # A killed process leaves its lock file behind; the owner of the state folder is alone here.
    (folder / ".tantivy-writer.lock").unlink(missing_ok=True)
    if not Index.exists(str(folder)) and any(folder.iterdir()):
        shutil.rmtree(folder)
        folder.mkdir()
    index = Index(schema, path=str(folder), reuse=True)
    # By default a thread watches the folder and reloads too: on a busy machine it may put an older
    # state in the place of the one that was just committed. We reload after each commit.
    index.config_reader("Manual")
    index.register_tokenizer(_TOKENIZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index
