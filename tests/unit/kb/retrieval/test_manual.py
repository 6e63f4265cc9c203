"""Which docker command a question means: by descriptions, in either language, read once a model."""

from __future__ import annotations

import gc
import weakref

import pytest

from kb.commands.needs import command_needs
from kb.commands.spec import all_commands, command_index
from kb.model import Chunk, ChunkId, ChunkKind, LineRange, NoteId
from kb.retrieval.manual import (
    NO_PURPOSE,
    NOTHING_MEANT,
    MeantCommands,
    flag_places,
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


def test_what_people_need_means_its_command_and_flag() -> None:
    meant = _meant(FakeEmbedder(), "зайти внутрь работающего контейнера")
    assert max(meant.cosines, key=lambda name: meant.cosines[name]) == "exec"
    meant = _meant(FakeEmbedder(), "map a host port to a container port")
    assert max(meant.cosines, key=lambda name: meant.cosines[name]) == "run"
    assert meant.flags[flag_places()["run", "--publish"]] == pytest.approx(1.0, abs=1e-3)


def test_a_question_that_is_nearer_to_another_need_means_no_command() -> None:
    flags = _flags({("rm", "--force"): 0.75})
    meant = MeantCommands(cosines={"rm": 0.80}, flags=flags, need=0.84)
    other = MeantCommands(cosines={"rm": 0.80}, flags=flags, need=0.90)
    chunk = _chunk("docker rm -f web")
    assert meant.certainty == pytest.approx(0.3)
    assert meant.match(chunk).command_meant == pytest.approx(0.4)
    assert meant.match(chunk).flag_meant == 0.0
    assert other.certainty == 0.0
    assert other.match(chunk).command_meant == 0.0
    assert other.match(chunk).command == meant.match(chunk).command


def test_nearly_as_good_a_command_may_be_meant_as_well() -> None:
    meant = MeantCommands(cosines={"rm": 0.80, "container prune": 0.79, "ps": 0.5})
    assert not meant.are_missing({"container prune"})
    assert meant.are_missing({"ps", "a command that is not docker's"})


def test_nothing_is_meant_where_nothing_can_be_compared() -> None:
    assert NOTHING_MEANT.certainty == 0.0


def _chunk(*commands: str, flags: tuple[str, ...] = ()) -> Chunk:
    return Chunk(
        id=ChunkId("1"),
        note=NoteId("a.md"),
        kind=ChunkKind.FLAG if flags else ChunkKind.COMMAND,
        lines=LineRange(start=1, end=1),
        text="x",
        commands=commands,
        flags=flags,
    )


def _flags(cosines: dict[tuple[str, str], float]) -> list[float]:
    flags = [-1.0] * len(flag_places())
    for flag, cosine in cosines.items():
        flags[flag_places()[flag]] = cosine
    return flags


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_chunk_whose_flag_is_meant_stands_out_among_those_of_its_command(language: str) -> None:
    spec = command_index()["run"]
    flag = spec.flag("--rm")
    assert flag is not None
    said = f"docker run --rm: {flag.ru if language == 'ru' else flag.en}"
    meant = _meant(FakeEmbedder(), said)
    right = meant.match(_chunk("docker run", flags=("--rm",)))
    other = meant.match(_chunk("docker run", flags=("-it",)))
    assert right.flag == pytest.approx(0.7, abs=1e-3)
    assert right.flag_meant == pytest.approx(0.6, abs=1e-3)
    assert other.flag < right.flag
    assert other.flag_meant == 0.0
    assert right.command == other.command


def test_a_chunk_that_explains_no_flag_has_those_of_its_command_line() -> None:
    meant = MeantCommands(
        cosines={"run": 0.6, "ps": 0.8},
        flags=_flags({("run", "--memory"): 0.7, ("ps", "--all"): 0.9, ("run", "--detach"): 0.5}),
    )
    match = meant.match(_chunk("docker run -d --memory=512m nginx", "ls --all"))
    assert match.flag == pytest.approx(0.4)
    assert match.flag_meant == 0.0
    assert match.command == pytest.approx(0.3)
    assert match.command_meant == 0.0


def test_a_flag_by_its_short_name_is_the_same_flag() -> None:
    meant = MeantCommands(cosines={"run": 0.6}, flags=_flags({("run", "--volume"): 0.7}))
    match = meant.match(_chunk("docker run", flags=("-v",)))
    assert match.flag_meant == pytest.approx(0.3)
    assert match.command_meant == pytest.approx(0.2)


def test_what_is_not_dockers_is_not_compared() -> None:
    meant = MeantCommands(cosines={"run": 0.9}, flags=_flags({("run", "--rm"): 0.9}))
    assert meant.match(_chunk()) == NO_PURPOSE
    assert meant.match(_chunk("git rm", flags=("--rm",))) == NO_PURPOSE
    assert NOTHING_MEANT.match(_chunk("docker run", flags=("--rm",))) == NO_PURPOSE


def test_descriptions_are_read_once_a_model_and_forgotten_with_it() -> None:
    embedder = FakeEmbedder()
    learn_purposes(embedder)
    read = len(embedder.embedded)
    described = 2 * sum(1 + len(command.flags) for command in all_commands())
    assert read == described + len({need.text for need in command_needs()})
    assert len(set(embedder.embedded)) == read
    _meant(embedder, "how do I rename a container")
    learn_purposes(embedder)
    assert len(embedder.embedded) == read
    forgotten = weakref.ref(embedder)
    del embedder
    gc.collect()
    assert forgotten() is None


def test_vectors_that_are_known_are_not_made_again() -> None:
    embedder, other = FakeEmbedder(), FakeEmbedder()
    learn_purposes(
        embedder, lambda texts: [one.vector for one in other.embed_documents(list(texts))]
    )
    meant = _meant(embedder, "docker cp: copies")
    assert embedder.embedded == []
    assert meant.cosines == pytest.approx(_meant(FakeEmbedder(), "docker cp: copies").cosines)
