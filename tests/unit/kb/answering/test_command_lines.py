"""Questions for a command: by its name, by a whole line, by a flag that only its entry shows."""

from __future__ import annotations

import pytest

from kb.answering.command_entries import entry_of_command, entry_of_instruction, lacks_command
from kb.answering.flag_lookup import is_looked_up
from kb.answering.selection import select
from kb.model import ChunkKind, Query
from kb.retrieval.retriever import Retriever
from tests.indexes import memory_index

NOTES = {
    "docker.md": """# Docker

```
docker run --name web -e MODE=prod -d -p 80:80 nginx
```

Start a web server.

* -d - in the background
* -e - an environment variable
* -p - a port of the host and one of the container
""",
    "images.md": """# Images

An image is a read-only template that a container is made of; images have layers.

```
docker images
```

What was pulled and built.
""",
    "git.md": """# Git

```
git branch -d topic
```

Remove a merged branch.
""",
    "build.md": """# Own images

A Dockerfile tells how:

```
FROM python:3.6  // where we start
EXPOSE 8080  // the port that the program listens on
CMD ["python", "app.py"]  // what runs when a container of an image is made, with CMD before it
```

With EXPOSE and CMD one is careful: EXPOSE and CMD are easily mixed up.
""",
    "tls.md": "# Certificates\n\n* -d - the name of the domain\n",
}


def first_of(question: str) -> tuple[str, ChunkKind]:
    ranking = Retriever().rank(memory_index(NOTES), Query(text=question, language="en"))
    chosen = select(ranking)
    best = chosen[0].chunk
    assert is_looked_up(ranking, chosen) is (best.kind is ChunkKind.COMMAND)
    return best.note, best.kind


def test_a_whole_line_is_answered_by_the_entry_that_has_it() -> None:
    asked = "docker run --name web -e MODE=test -d -p 8080:80 nginx"
    assert first_of(asked) == ("docker.md", ChunkKind.COMMAND)


def test_a_flag_that_the_commands_entry_shows_is_not_explained_by_another_command() -> None:
    assert first_of("what does git branch -d do") == ("git.md", ChunkKind.COMMAND)


def test_one_flag_of_a_command_is_explained_by_its_own_line() -> None:
    assert first_of("what does -e do in docker run") == ("docker.md", ChunkKind.FLAG)


@pytest.mark.parametrize(
    "question",
    [
        "what does docker images do",
        "docker image ls",
        "docker images?",
        "what does docker images show",
        "что показывает docker images?",
        "что выводит docker images",
    ],
)
def test_the_command_that_is_asked_for_is_answered_by_its_entry(question: str) -> None:
    assert first_of(question) == ("images.md", ChunkKind.COMMAND)


@pytest.mark.parametrize(
    "question", ["what is a docker image", "how many layers do docker images have"]
)
def test_more_than_the_command_is_left_to_the_ranking(question: str) -> None:
    ranking = Retriever().rank(memory_index(NOTES), Query(text=question, language="en"))
    assert entry_of_command(ranking) is None


@pytest.mark.parametrize(
    ("question", "lacks"),
    [
        ("docker login", True),
        ("what does docker network create do", True),
        ("docker image ls", False),
        ("docker volume ls", False),  # stands in a sentence
        ("how do I log in to a registry", False),
    ],
)
def test_a_command_alone_that_no_note_has_is_lacking(question: str, lacks: bool) -> None:
    notes = {**NOTES, "volumes.md": "Volumes are listed by `docker volume ls` as a rule.\n"}
    ranking = Retriever().rank(memory_index(notes), Query(text=question, language="en"))
    assert lacks_command(ranking) is lacks


def test_a_word_left_over_is_no_candidate() -> None:
    notes = {"a.md": "# Start a server\n\nRun the script twice.\n\nв\n"}
    ranking = Retriever().rank(memory_index(notes), Query(text="start a server", language="en"))
    assert "в" not in [candidate.chunk.text for candidate in ranking.candidates]
    assert ranking.candidates


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("what does EXPOSE do", 7),
        ("what is CMD for", 8),
        ("what is the Dockerfile CMD for", 8),
        ("зачем FROM", 6),
        ("что делает строка EXPOSE", 7),
    ],
)
def test_a_word_that_begins_a_line_of_a_file_is_told_by_that_line(question: str, line: int) -> None:
    ranking = Retriever().rank(memory_index(NOTES), Query(text=question, language="en"))
    chosen = select(ranking)
    assert [(c.chunk.note, c.chunk.lines.start) for c in chosen] == [("build.md", line)]
    assert is_looked_up(ranking, chosen)


@pytest.mark.parametrize("question", ["what does EXPOSE cost", "CMD after FROM", "is FROM slow"])
def test_who_says_more_than_the_word_asks_for_more_than_its_line(question: str) -> None:
    ranking = Retriever().rank(memory_index(NOTES), Query(text=question, language="en"))
    assert entry_of_instruction(ranking) is None
