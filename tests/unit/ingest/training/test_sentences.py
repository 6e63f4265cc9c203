"""Sentences of the corpus beside words that they tell, and beside such as they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.training.sentences import Sentences, content_words, read_sentences
from kb.errors import KbError
from kb.text.tokens import is_cyrillic
from tests.unit.ingest.training.tiny import encode

ROWS = [
    ("Remove the stopped container with all of its volumes.", "Удалите остановленный контейнер."),
    ("Start the previous service and attach the console.", "Запустите прежнюю службу снова."),
    ("The registry keeps every image that was pushed there.", "Реестр хранит каждый образ."),
    ("The daemon listens on a socket of the local machine.", "Демон слушает сокет машины."),
    ("Copy the configuration file into the project folder.", "Скопируйте файл настроек в папку."),
]


@pytest.fixture
def sentences(tmp_path: Path) -> Sentences:
    lines = ["\t".join((*row, "docs:HT")) for row in ROWS]
    lines.append("Short.\tКоротко.\tdocs:HT")
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_sentences(path, encode, drawn=4)


def test_what_is_too_short_is_left_out_and_none_is_near_itself(sentences: Sentences) -> None:
    assert sorted(sentences.pairs.english) == sorted(english for english, _ in ROWS)
    assert sentences.near.shape == (4, 4)
    assert all(at not in row for at, row in enumerate(sentences.near))


def test_the_first_pair_fits_and_the_others_do_not(sentences: Sentences) -> None:
    sides = list(zip(sentences.pairs.english, sentences.pairs.russian, strict=True))
    seen: set[tuple[bool, bool]] = set()
    for seed in range(300):
        draw = sentences.draw(np.random.default_rng(seed))
        assert draw.has_right
        asked, told = draw.pairs[0]
        own = next(pair for pair in sides if told in pair)
        assert set(asked.lower().split()) <= _words(own)
        for question, passage in draw.pairs[1:]:
            other = next(pair for pair in sides if passage in pair)
            assert not set(question.lower().split()) <= _words(other)
        seen.add((is_cyrillic(asked.lower()), is_cyrillic(told.lower())))
    assert len(seen) == 4, "every language is asked over every other"


def _words(pair: tuple[str, str]) -> set[str]:
    return {word.lower() for text in pair for word in content_words(text)}


def test_the_same_seed_draws_the_same(sentences: Sentences) -> None:
    one, other = (sentences.draw(np.random.default_rng(5)) for _ in range(2))
    assert one == other


def test_without_the_file_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(KbError) as caught:
        read_sentences(tmp_path / "none.tsv", encode)
    assert caught.value.hint
