from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ingest.training.pairs import Pairs
from ingest.training.plan import PASSAGE_WORDS, Plan, PlanSettings, batches, join_passages

SETTINGS = PlanSettings(
    seed=7, sentences=20, passages=5, phrases=4, max_items=8, max_tokens=64, english_share=0.5
)


def corpus(count: int = 60) -> Pairs:
    words = ["alpha", "bravo", "charlie", "delta"]
    english = [f"the {words[i % 4]} number {i} is here" for i in range(count)]
    return Pairs(
        english=english,
        russian=[f"тут {text}" for text in english],
        source=["one:HT" if i % 3 else "two:HT" for i in range(count)],
    )


def phrases() -> Pairs:
    return Pairs(
        english=[f"phrase {i}" for i in range(6)],
        russian=[f"фраза {i}" for i in range(6)],
        source=["own:HT"] * 6,
    )


def make_plan(settings: PlanSettings = SETTINGS) -> Plan:
    pairs = corpus()
    return Plan(pairs, np.ones(len(pairs)), settings, phrases=phrases())


def test_a_chunk_is_a_function_of_seed_and_number() -> None:
    assert make_plan().chunk(2) == make_plan().chunk(2)
    assert make_plan().chunk(2) != make_plan().chunk(1)
    other = PlanSettings(seed=8, sentences=20, passages=5, phrases=4)
    assert make_plan(other).chunk(0) != make_plan().chunk(0)


def test_chunks_walk_through_the_corpus_and_start_again() -> None:
    plan = make_plan()
    sentences = [item.english for number in range(3) for item in plan.chunk(number)[:20]]
    assert sorted(sentences) == sorted(corpus().english)
    assert [item.english for item in plan.chunk(3)[:20]] == sentences[:20]


def test_a_chunk_has_its_share_of_passages_and_phrases() -> None:
    items = make_plan().chunk(0)
    assert len(items) == 20 + 5 + 4
    assert all(item.english.count("number") > 1 for item in items[20:25])
    assert all(item.english.startswith("phrase") for item in items[25:])


def test_the_student_reads_english_again_as_often_as_it_should() -> None:
    items = [item for number in range(20) for item in make_plan().chunk(number)]
    replayed = [item for item in items if item.student == item.english]
    assert len(replayed) / len(items) == pytest.approx(0.5, abs=0.08)
    none = make_plan(PlanSettings(sentences=20, passages=5, phrases=4)).chunk(0)
    assert all(item.student != item.english for item in none)


def test_passages_keep_to_one_source_and_one_window() -> None:
    pairs = corpus(200)
    words = np.array([text.count(" ") + 1 for text in pairs.english])
    groups = join_passages(pairs, words, seed=1)
    assert groups
    for group in groups:
        assert len({pairs.source[i] for i in group}) == 1
        assert sum(int(words[i]) for i in group) <= PASSAGE_WORDS
    used = [i for group in groups for i in group]
    assert len(used) == len(set(used))


def test_a_long_pair_is_a_passage_alone_and_an_endless_one_is_none() -> None:
    pairs = Pairs(english=["w " * 40, "w " * 400, "short"], russian=[""] * 3, source=["a:HT"] * 3)
    words = np.array([40, 400, 1])
    assert join_passages(pairs, words, seed=1) == [(0,)]


LENGTHS = [5, 60, 7, 6, 30, 31, 8, 9, 5, 5, 5, 5, 5, 5, 200]


def test_batches_hold_every_item_once_within_their_limits() -> None:
    made = batches(LENGTHS, SETTINGS, number=0)
    assert sorted(i for batch in made for i in batch) == list(range(len(LENGTHS)))
    for batch in made:
        assert len(batch) <= SETTINGS.max_items
        width = max(LENGTHS[i] for i in batch)
        assert len(batch) == 1 or len(batch) * width <= SETTINGS.max_tokens


def test_the_next_batch_after_a_stop_is_the_one_that_would_have_come() -> None:
    def stream(start: tuple[int, int]) -> list[list[str]]:
        plan = make_plan()
        found: list[list[str]] = []
        for number in range(start[0], 3):
            items = plan.chunk(number)
            lengths = [len(item.student.split()) for item in items]
            made = batches(lengths, SETTINGS, number=number)
            first = start[1] if number == start[0] else 0
            found += [[items[i].student for i in batch] for batch in made[first:]]
        return found

    whole: Sequence[list[str]] = stream((0, 0))
    chunk_0 = len(whole) - len(stream((1, 0)))
    assert stream((1, 2)) == whole[chunk_0 + 2 :]
