"""Which docker command a question means: by descriptions, in either language, read once a model."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from kb.commands.spec import all_commands, command_index
from kb.retrieval.manual import (
    NOTHING_MEANT,
    MeantCommands,
    learn_purposes,
    meant_commands,
)
from tests.fakes import FakeEmbedder


def _meant(embedder: FakeEmbedder, question: str) -> MeantCommands:
    return meant_commands(embedder, embedder.embed_query(question).vector)


@pytest.mark.parametrize("path", ["cp", "rename", "volume ls", "compose up"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_description_means_its_command(path: str, language: str) -> None:
    spec = command_index()[path]
    said = f"docker {path}: {spec.ru if language == 'ru' else spec.en}"
    meant = _meant(FakeEmbedder(), said)
    assert max(meant.cosines, key=lambda name: meant.cosines[name]) == path
    assert meant.certainty == pytest.approx(0.5, abs=1e-3)
    assert not meant.are_missing({"ps", path})
    assert meant.are_missing({"system df"})
    assert meant.are_missing(set())


def test_every_command_has_a_cosine() -> None:
    cosines = _meant(FakeEmbedder(), "how do I rename a container").cosines
    assert set(cosines) == {command.path for command in all_commands()}
    assert all(-1.0 <= cosine <= 1.0 for cosine in cosines.values())


def test_another_subject_means_no_command() -> None:
    meant = _meant(FakeEmbedder(), "oven temperature for cheese pancakes")
    assert meant.certainty == 0.0


def test_nearly_as_good_a_command_may_be_meant_as_well() -> None:
    meant = MeantCommands(cosines={"rm": 0.80, "container prune": 0.79, "ps": 0.5})
    assert not meant.are_missing({"container prune"})
    assert meant.are_missing({"ps", "a command that is not docker's"})


def test_nothing_is_meant_where_nothing_can_be_compared() -> None:
    assert NOTHING_MEANT.certainty == 0.0


def test_descriptions_are_read_once_a_model_and_forgotten_with_it() -> None:
    embedder = FakeEmbedder()
    first = learn_purposes(embedder)
    read = len(embedder.embedded)
    assert first.shape == (2, len(all_commands()), embedder.dimension)
    assert np.allclose(np.linalg.norm(first, axis=2), 1.0, atol=1e-5)
    assert learn_purposes(embedder) is first
    assert len(embedder.embedded) == read
    forgotten = weakref.ref(embedder)
    del embedder
    gc.collect()
    assert forgotten() is None
