"""What a ranking tells of its candidates."""

from __future__ import annotations

from dataclasses import replace

from kb.model import Query
from kb.retrieval.arms import search_structure
from kb.retrieval.question import parse_question
from kb.retrieval.retriever import Retriever
from kb.store.memory import MemoryEmbeddingStore
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
