"""What a ranking tells of its candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.model import ChunkKind, Filters, Query
from kb.retrieval.arms import lexical_terms, search_structure
from kb.retrieval.question import parse_question
from kb.retrieval.retriever import Retriever
from kb.store.memory import MemoryChunkStore, MemoryEmbeddingStore
from tests.fakes import FakeEmbedder
from tests.indexes import memory_index

NOTES = {"a.md": "# Volumes\n\nA volume keeps data.\n\n# Ports\n\nA port is published by `-p`.\n"}
QUESTION = Query(text="which volume keeps data", language="en")


def test_every_arm_tells_its_rank_and_score() -> None:
    hits = Retriever().search(memory_index(NOTES), QUESTION, top_k=10)
    assert set(hits[0].arms) == {"dense", "lexical", "tokens"}
    by_tokens = sorted(hits, key=lambda hit: hit.arms["tokens"].rank)
    scores = [hit.arms["tokens"].score for hit in by_tokens]
    assert scores == sorted(scores, reverse=True)
    assert by_tokens[0].chunk.text == "A volume keeps data."


def test_without_token_vectors_the_others_decide() -> None:
    index = replace(memory_index(NOTES), embeddings=MemoryEmbeddingStore())
    ranking = Retriever().rank(index, QUESTION)
    assert not ranking.has_tokens
    assert set(ranking.candidates[0].arms) == {"dense", "lexical"}
    assert ranking.candidates[0].chunk.text == "A volume keeps data."


def test_of_a_flag_in_hundreds_of_places_those_of_the_named_command_are_looked_at() -> None:
    others = {
        f"note-{n}.md": f"```\nprogram{n} -k\n```\n\n* -k - a thing of its own\n" for n in range(60)
    }
    asked = Query(text="what does -k do in docker ps", language="en")
    index = memory_index({**others, "z.md": "```\ndocker ps\n```\n\n* -k - keep the list\n"})
    found = list(search_structure(index, parse_question(asked), top_k=5))
    assert len(found) == 5
    assert index.catalog.chunks(found[:1])[0].note == "z.md"


class KnowingEmbedder(FakeEmbedder):
    """A FakeEmbedder that knows a need."""

    def __init__(self, need: str) -> None:
        super().__init__()
        self.needs = self.embed_query(need).vector[None]


def test_a_question_in_other_words_is_near_to_what_its_need_names() -> None:
    index = replace(memory_index(NOTES), embedder=KnowingEmbedder("a volume keeps data"))
    ranking = Retriever().rank(index, replace(QUESTION, text="which volume keeps"))
    signals = {c.chunk.text: c.features for c in ranking.candidates}
    told, other = signals["A volume keeps data."], signals["A port is published by `-p`."]
    assert told.need > 0.9 > other.need
    assert told.need_sure > other.need_sure
    assert other.need_unmet > told.need_unmet
    blind = {c.chunk.text: c.features for c in ranking.without_tokens().candidates}
    assert blind["A volume keeps data."].need == 0.0


def test_the_best_window_of_a_chunk_counts() -> None:
    index = memory_index(NOTES)
    (best,) = Retriever().search(index, QUESTION, top_k=1)
    vector = index.embedder.embed_query(QUESTION.text).vector
    kept = index.embeddings.read([best.chunk.id])[best.chunk.id]
    far = replace(kept[0], vector=-vector)
    embeddings = MemoryEmbeddingStore({best.chunk.id: [far, kept[0]]})
    ranking = Retriever().rank(
        replace(index, embeddings=embeddings, vectors=MemoryChunkStore()), QUESTION
    )
    found = {c.chunk.id: c.features.dense for c in ranking.candidates}
    assert found[best.chunk.id] > 0.5


TAGGED = "---\ntags: [{tag}]\n---\n\n```\ndocker ps\n```\n\n* -k - keep the {tag}\n"


@pytest.mark.parametrize(
    "filters", [Filters(path_prefix="a/"), Filters(tags=("one",))], ids=["folder", "tag"]
)
def test_no_arm_leaves_the_notes_that_are_searched(filters: Filters) -> None:
    index = memory_index({"a/x.md": TAGGED.format(tag="one"), "b/x.md": TAGGED.format(tag="two")})
    asked = Query(text="what does -k do in docker ps", language="en")
    assert {hit.chunk.note for hit in Retriever().search(index, asked, top_k=9)} == {
        "a/x.md",
        "b/x.md",
    }
    within = Retriever().search(index, replace(asked, filters=filters), top_k=9)
    assert {hit.chunk.note for hit in within} == {"a/x.md"}
    assert ChunkKind.FLAG in {hit.chunk.kind for hit in within}


def test_a_piece_without_a_word_is_no_candidate() -> None:
    index = memory_index({"a.md": "# Volumes\n\nA volume keeps data.\n\nand\n"})
    found = [hit.chunk.text for hit in Retriever().search(index, QUESTION, top_k=9)]
    assert "A volume keeps data." in found
    assert "and" not in found


def test_long_words_may_be_misspelt_and_a_flag_counts_more_than_a_word() -> None:
    question = parse_question(Query(text="what does -k keep of a volume in docker.sock"))
    terms = {term.text: term for term in lexical_terms(question)}
    assert terms["-k"].weight > terms["keep"].weight
    assert {name: terms[name].max_edits for name in ("-k", "keep", "volum", "docker.sock")} == {
        "-k": 0,
        "keep": 0,
        "volum": 1,
        "docker.sock": 0,
    }


@pytest.mark.parametrize(
    "asked", ["what did we decide on June 10", "что решили 10 июня", "решения 10.06.2024"]
)
def test_a_day_is_found_by_the_name_of_its_file(asked: str) -> None:
    text = "The price goes back.\n"
    days = {f"daily/2024-06-{day:02}.md": text for day in range(1, 20)}
    found = Retriever().search(memory_index(days), Query(text=asked), top_k=1)
    assert [hit.chunk.note for hit in found] == ["daily/2024-06-10.md"]
