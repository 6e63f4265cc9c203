"""What the notes lack is told by the docker command, or the flag, that a question means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answering.meant import lacks_what_is_meant, meant_rather
from kb.model import Chunk, ChunkKind, Query
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.features import Features
from kb.retrieval.manual import NOTHING_MEANT, FlagPlace, MeantCommands, flag_places
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk

CREATE = make_chunk(
    "docker volume create data", kind=ChunkKind.COMMAND, commands=("docker volume create data",)
)
NO_SIGNALS = Features(**dict.fromkeys(Features.__dataclass_fields__, 0.0))


def lacks(meant: MeantCommands, *chunks: Chunk, asked: str = "remove a volume") -> bool:
    ranking = Ranking(
        question=parse_question(Query(text=asked)),
        terms=(),
        candidates=tuple(
            Candidate(chunk=chunk, features=NO_SIGNALS, score=0.0, arms={}) for chunk in chunks
        ),
        meant=meant,
    )
    return lacks_what_is_meant(ranking)


@pytest.mark.parametrize(
    ("certain", "behind", "text", "is_taken"),
    [
        (0.9, 0.3, "-v mounts a folder", True),
        (0.9, 3.0, "-v mounts a folder", False),  # far worse
        (0.65, 0.3, "-v mounts a folder", False),  # hardly meant
        (0.9, 0.3, "`docker volume create` makes one", False),  # the best one names it too
    ],
)
def test_what_has_the_meant_command_is_taken_where_it_is_hardly_worse(
    certain: float, behind: float, text: str, *, is_taken: bool
) -> None:
    best, other = (
        Candidate(chunk=chunk, features=NO_SIGNALS, score=score, arms={})
        for chunk, score in ((make_chunk(text), 5.0), (CREATE, 5.0 - behind))
    )
    ranking = Ranking(
        question=parse_question(Query(text="make a new volume")),
        terms=(),
        candidates=(best, other),
        meant=means({"volume create": certain}),
    )
    assert meant_rather(best, ranking) == (other if is_taken else best)
    unsure = replace(ranking, meant=NOTHING_MEANT)
    assert meant_rather(best, unsure) == best


def means(cosines: dict[str, float]) -> MeantCommands:
    return MeantCommands(cosines=cosines, need=0.5)


def means_flag(flag: FlagPlace, *, command: float = 0.9, need: float = 0.5) -> MeantCommands:
    flags = [-1.0] * len(flag_places())
    flags[flag_places()[flag]] = 0.92
    return MeantCommands(cosines={flag[0]: command}, flags=flags, need=need)


def test_a_command_that_is_surely_meant_is_missing_where_no_candidate_has_it() -> None:
    removal = means({"volume rm": 0.9, "volume create": 0.7})
    assert lacks(removal, CREATE)
    assert not lacks(means({"volume rm": 0.8, "volume create": 0.7}), CREATE)
    assert not lacks(means({"volume rm": 0.9, "volume create": 0.89}), CREATE)
    assert not lacks(NOTHING_MEANT, CREATE)
    assert not lacks(MeantCommands(cosines={"volume rm": 0.9}, need=None), CREATE)


@pytest.mark.parametrize(
    "asked",
    ["что такое слой образа", "what is a layer", "чем слой отличается от тома", "why layers"],
)
def test_what_asks_for_no_deed_means_no_command(asked: str) -> None:
    layers = means({"history": 0.9})
    assert not lacks(layers, CREATE, asked=asked)
    assert lacks(layers, CREATE, asked="show the layers of an image")
    assert lacks(layers, CREATE, asked="what is the command to show the layers of an image")


def test_a_command_that_is_named_within_a_text_is_not_missing() -> None:
    removal = means({"volume rm": 0.9, "volume create": 0.7})
    assert not lacks(removal, CREATE, make_chunk("To be rid of it: `docker volume rm data`."))
    assert lacks(removal, CREATE, make_chunk("A volume outlives its container."))


@pytest.mark.parametrize("written", ["docker-compose -version", "docker compose --version"])
def test_a_version_may_be_asked_for_by_a_flag(written: str) -> None:
    chunk = make_chunk(written, kind=ChunkKind.COMMAND, commands=(written,))
    assert not lacks(means({"compose version": 0.9}), chunk)
    assert lacks(means({"version": 0.9}), chunk)


def test_a_flag_that_is_surely_meant_is_missing_where_no_candidate_has_it() -> None:
    run = make_chunk("docker run -dp 80:80 web", kind=ChunkKind.COMMAND, commands=("docker run",))
    assert lacks(means_flag(("run", "--gpus")), run)
    assert not lacks(means_flag(("run", "--publish")), run)
    assert not lacks(means_flag(("run", "--detach")), run)
    assert not lacks(means_flag(("run", "--gpus"), need=0.99), run)
    # The command is nearer: its flag is not what is asked for.
    assert not lacks(means_flag(("run", "--gpus"), command=0.95), run)


@pytest.mark.parametrize("text", ["`--env-file .env`", "env_file: .env", "docker run --env-file x"])
def test_a_flag_may_stand_in_a_text_or_be_the_key_of_a_compose_file(text: str) -> None:
    run = make_chunk("docker run web", kind=ChunkKind.COMMAND, commands=("docker run web",))
    assert lacks(means_flag(("run", "--env-file")), run)
    assert not lacks(means_flag(("run", "--env-file")), run, make_chunk(text))
