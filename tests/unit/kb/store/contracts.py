"""What every store must do, whatever it is made of; run over the fakes and the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kb.model import ChunkId, ChunkKind, LineRange, NoteId
from kb.ports import ChunkCatalog, ChunkStore, EmbeddedWindow, FloatArray, LexicalIndex, Term
from kb.text.sound import cyrillic_keys
from tests.chunks import make_chunk

DIMENSION = 8
LINE_5 = LineRange(start=5, end=5)


def unit(*values: float) -> FloatArray:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[: len(values)] = values
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def window(chunk: str, vector: FloatArray, *, n: int = 0, note: str = "a.md") -> EmbeddedWindow:
    return EmbeddedWindow(chunk=ChunkId(chunk), note=NoteId(note), window=n, vector=vector)


class ChunkStoreContract:
    """A subclass has the fixture `store`: an empty store of vectors of length `DIMENSION`."""

    def test_an_empty_store_finds_nothing(self, store: ChunkStore) -> None:
        assert store.query(unit(1), top_k=5) == []
        assert store.count() == 0
        assert store.chunk_ids() == set()
        assert store.vectors([ChunkId("x")]) == {}
        store.delete([ChunkId("x")])

    def test_the_nearest_come_first_with_their_cosine(self, store: ChunkStore) -> None:
        store.upsert([window("x", unit(1)), window("y", unit(1, 1)), window("z", unit(-1))])
        found = store.query(unit(1), top_k=3)
        assert [hit.chunk for hit in found] == ["x", "y", "z"]
        assert [hit.score for hit in found] == pytest.approx([1.0, 0.70711, -1.0], abs=1e-4)
        assert len(store.query(unit(1), top_k=2)) == 2
        assert store.query(unit(1), top_k=0) == []

    def test_a_chunk_is_found_once_by_its_best_window(self, store: ChunkStore) -> None:
        store.upsert([window("x", unit(0, 1)), window("x", unit(1), n=1)])
        store.upsert([window("y", unit(1, 1))])
        found = store.query(unit(1), top_k=2)
        assert [hit.chunk for hit in found] == ["x", "y"]
        assert found[0].score == pytest.approx(1.0, abs=1e-4)

    def test_many_windows_of_one_chunk_hide_no_other(self, store: ChunkStore) -> None:
        store.upsert([window("long", unit(1, n / 1000), n=n) for n in range(60)])
        store.upsert([window("far", unit(0, 0, 1)), window("near", unit(1, 1))])
        assert {hit.chunk for hit in store.query(unit(1), top_k=3)} == {"long", "near", "far"}

    def test_only_the_wanted_notes(self, store: ChunkStore) -> None:
        store.upsert([window("x", unit(1), note="a.md"), window("y", unit(0, 1), note="в/b.md")])
        assert [hit.chunk for hit in store.query(unit(1), top_k=5, notes=[NoteId("в/b.md")])] == [
            "y"
        ]
        assert store.query(unit(1), top_k=5, notes=[]) == []
        assert store.query(unit(1), top_k=5, notes=[NoteId("none.md")]) == []

    def test_an_upsert_replaces(self, store: ChunkStore) -> None:
        store.upsert([window("x", unit(1))])
        store.upsert([window("x", unit(0, 1))])
        assert store.count() == 1
        assert np.allclose(store.vectors([ChunkId("x")])[ChunkId("x")], [unit(0, 1)], atol=1e-5)

    def test_vectors_come_back_in_the_order_of_windows(self, store: ChunkStore) -> None:
        vectors = [unit(1), unit(0, 1), unit(0, 0, 1)]
        store.upsert([window("x", vector, n=n) for n, vector in enumerate(vectors)][::-1])
        assert np.allclose(store.vectors([ChunkId("x")])[ChunkId("x")], vectors, atol=1e-5)

    def test_a_delete_takes_all_windows(self, store: ChunkStore) -> None:
        store.upsert([window("x", unit(1), n=n) for n in range(3)] + [window("y", unit(0, 1))])
        store.delete([ChunkId("x"), ChunkId("unknown")])
        assert store.chunk_ids() == {"y"}
        assert store.count() == 1
        assert [hit.chunk for hit in store.query(unit(1), top_k=5)] == ["y"]

    def test_more_than_one_batch(self, store: ChunkStore) -> None:
        store.upsert([window(f"c{n}", unit(1, n / 100)) for n in range(1200)])
        assert store.count() == 1200
        store.delete([ChunkId(f"c{n}") for n in range(1, 1200)])
        assert store.chunk_ids() == {"c0"}


class LexicalIndexContract:
    """A subclass has the fixture `lexical`: an empty index over the project's own analysis."""

    def test_an_empty_index_finds_nothing(self, lexical: LexicalIndex) -> None:
        assert lexical.search([Term(text="docker")], top_k=5) == []
        assert (lexical.count(), lexical.chunk_ids()) == (0, set())
        assert lexical.document_frequency(["docker"]) == {"docker": 0}
        lexical.delete([ChunkId("x")])

    def test_rare_terms_count_more(self, lexical: LexicalIndex) -> None:
        common = [make_chunk(f"docker слово {n}", start=n) for n in range(1, 8)]
        rare = make_chunk("docker volume", start=20)
        lexical.upsert([*common, rare])
        assert (
            lexical.search([Term(text="docker"), Term(text="volum")], top_k=1)[0].chunk == rare.id
        )
        assert lexical.document_frequency(["docker", "volum", "нет"]) == {
            "docker": 8,
            "volum": 1,
            "нет": 0,
        }

    def test_flags_are_terms(self, lexical: LexicalIndex) -> None:
        chunk = make_chunk("* -p - проброс портов")
        lexical.upsert([chunk, make_chunk("* --rm - удалить", start=2), make_chunk("p", start=3)])
        assert [hit.chunk for hit in lexical.search([Term(text="-p")], top_k=5)] == [chunk.id]

    def test_data_in_a_text_is_no_word(self, lexical: LexicalIndex) -> None:
        chunk = make_chunk("![схема](data:image/png;base64," + "/tom/+" * 20 + ")")
        lexical.upsert([chunk])
        assert [hit.chunk for hit in lexical.search([Term(text="схем")], top_k=5)] == [chunk.id]
        assert lexical.search([Term(text="tom")], top_k=5) == []

    def test_headings_commands_and_names_are_found(self, lexical: LexicalIndex) -> None:
        chunk = replace(
            make_chunk("* -q - тихо", commands=("docker pull nginx",)),
            heading_trail=("Загрузка",),
            title="Сети",
            aliases=("networking",),
            tags=("lan",),
        )
        lexical.upsert([chunk])
        for term in ("pull", "загрузк", "сет", "network", "lan"):
            assert lexical.search([Term(text=term)], top_k=1), term

    def test_words_are_found_as_they_sound_in_text_and_headings(
        self, lexical: LexicalIndex
    ) -> None:
        told = make_chunk("install grafana", start=1)
        headed = replace(make_chunk("докер", start=2), heading_trail=("Alembic",))
        lexical.upsert([told, headed, make_chunk("grfn", start=3)])
        for spoken, chunk in (("графан", told), ("алембик", headed)):
            (key,) = cyrillic_keys(spoken, spoken)
            hits = lexical.search([Term(text=key, is_sound=True)], top_k=5)
            assert chunk.id in [hit.chunk for hit in hits]
        lexical.delete([told.id, headed.id])
        (key,) = cyrillic_keys("алембик", "алембик")
        assert lexical.search([Term(text=key, is_sound=True)], top_k=5) == []

    def test_weights(self, lexical: LexicalIndex) -> None:
        one, two = make_chunk("alpha", start=1), make_chunk("beta", start=2)
        lexical.upsert([one, two])
        for first, second in ((one, two), (two, one)):
            terms = [
                Term(text=first.text, weight=2.0),
                Term(text=second.text, weight=1.0),
            ]
            found = lexical.search(terms, top_k=2)
            assert [hit.chunk for hit in found] == [first.id, second.id]
            assert found[0].score > found[1].score > 0

    def test_typing_errors_are_forgiven_where_asked(self, lexical: LexicalIndex) -> None:
        chunk = make_chunk("container")
        lexical.upsert([chunk])
        assert lexical.search([Term(text="contan")], top_k=1) == []
        found = lexical.search([Term(text="contan", max_edits=1)], top_k=1)
        assert [hit.chunk for hit in found] == [chunk.id]
        assert lexical.search([Term(text="xontan", max_edits=1)], top_k=1) == []

    def test_only_the_wanted_notes(self, lexical: LexicalIndex) -> None:
        chunks = [make_chunk("docker", note=note) for note in ("a.md", "папка с пробелом/b.md")]
        lexical.upsert(chunks)
        found = lexical.search(
            [Term(text="docker")], top_k=5, notes=[NoteId("папка с пробелом/b.md")]
        )
        assert [hit.chunk for hit in found] == [chunks[1].id]
        assert lexical.search([Term(text="docker")], top_k=5, notes=[]) == []

    def test_an_upsert_replaces_and_a_delete_removes(self, lexical: LexicalIndex) -> None:
        chunk = make_chunk("alpha")
        lexical.upsert([chunk])
        lexical.upsert([replace(chunk, text="beta")])
        assert lexical.count() == 1
        assert lexical.search([Term(text="alpha")], top_k=1) == []
        assert lexical.search([Term(text="beta")], top_k=1)[0].chunk == chunk.id
        lexical.delete([chunk.id, ChunkId("unknown")])
        assert (lexical.count(), lexical.chunk_ids()) == (0, set())


class CatalogContract:
    """A subclass has the fixture `make_catalog`: from chunks to a catalogue of them."""

    @pytest.fixture
    def catalog(self, make_catalog: Callable[..., ChunkCatalog]) -> ChunkCatalog:
        entry = make_chunk(
            "docker ps -a", start=3, kind=ChunkKind.COMMAND, commands=("docker ps -a",)
        )
        flag = make_chunk("* -a, --all - все", start=9, kind=ChunkKind.FLAG, flags=("-a", "--all"))
        owned = replace(flag, parent=entry.id, commands=("docker ps -a", "docker images"))
        return make_catalog(
            [
                make_chunk("* -a - чужой", note="b.md", kind=ChunkKind.FLAG, flags=("-a",)),
                owned,
                entry,
                make_chunk(
                    "docker psql", start=5, kind=ChunkKind.COMMAND, commands=("sudo docker psql",)
                ),
                make_chunk("первый", start=1, question_lines=(1, 1), answered=False),
            ]
        )

    def test_chunks_in_the_order_asked(self, catalog: ChunkCatalog) -> None:
        one, two = catalog.chunks_of(NoteId("a.md"))[:2]
        unknown = ChunkId("unknown")
        assert catalog.chunks([two.id, unknown, one.id, two.id]) == [two, one, two]
        assert catalog.chunks([]) == []

    def test_chunks_of_a_note_by_line(self, catalog: ChunkCatalog) -> None:
        assert [chunk.lines.start for chunk in catalog.chunks_of(NoteId("a.md"))] == [1, 3, 5, 9]
        assert catalog.chunks_of(NoteId("c.md")) == []

    def test_children(self, catalog: ChunkCatalog) -> None:
        entry = catalog.chunks_of(NoteId("a.md"))[1]
        assert [chunk.flags for chunk in catalog.children(entry.id)] == [("-a", "--all")]

    def test_flag_entries(self, catalog: ChunkCatalog) -> None:
        found = catalog.flag_entries("-a")
        assert [(entry.command, entry.note) for entry in found] == [
            ("docker images", "a.md"),
            ("docker ps -a", "a.md"),
            ("", "b.md"),
        ]
        (own, _, _) = catalog.chunks([entry.chunk for entry in found])
        assert own.flags == ("-a", "--all")
        assert catalog.flag_entries("-A") == []
        assert len(catalog.flag_entries("--all")) == 2

    @pytest.mark.parametrize(
        ("words", "lines"),
        [
            ("docker ps", [3]),
            ("docker  ps -a", [3]),
            ("docker", [3, 5]),
            ("docker p", []),
            ("ps", []),
        ],
    )
    def test_command_chunks(self, catalog: ChunkCatalog, words: str, lines: list[int]) -> None:
        assert [chunk.lines.start for chunk in catalog.command_chunks(words)] == lines

    def test_notes(self, catalog: ChunkCatalog) -> None:
        assert [(note.id, note.chunks) for note in catalog.notes()] == [("a.md", 4), ("b.md", 1)]
