"""Questions that are command lines, or that ask for a flag which only the command's entry shows."""

from __future__ import annotations

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
    "git.md": """# Git

```
git branch -d topic
```

Remove a merged branch.
""",
    "tls.md": "# Certificates\n\n* -d - the name of the domain\n",
}


def first_of(question: str) -> tuple[str, ChunkKind]:
    ranking = Retriever().rank(memory_index(NOTES), Query(text=question, language="en"))
    best = select(ranking)[0].chunk
    return best.note, best.kind


def test_a_whole_line_is_answered_by_the_entry_that_has_it() -> None:
    asked = "docker run --name web -e MODE=test -d -p 8080:80 nginx"
    assert first_of(asked) == ("docker.md", ChunkKind.COMMAND)


def test_a_flag_that_the_commands_entry_shows_is_not_explained_by_another_command() -> None:
    assert first_of("what does git branch -d do") == ("git.md", ChunkKind.COMMAND)


def test_one_flag_of_a_command_is_explained_by_its_own_line() -> None:
    assert first_of("what does -e do in docker run") == ("docker.md", ChunkKind.FLAG)
