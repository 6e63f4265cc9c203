"""Signals that the notes answer, or do not."""

from __future__ import annotations

import pytest

from kb.answering.abstention import Evidence, gather
from kb.answering.selection import select
from kb.model import Query
from kb.retrieval.retriever import Retriever
from kb.text.language import detect_language
from tests.indexes import memory_index

NOTE = """# Docker

```
docker volume create data
```

Create a volume.

```
docker ps
```

List the containers.
"""


def evidence(question: str) -> Evidence:
    ranking = Retriever().rank(memory_index({"a.md": NOTE}), Query(text=question, language="en"))
    return gather(ranking, select(ranking))


@pytest.mark.parametrize(
    ("question", "is_unknown"),
    [
        ("docker network create", True),
        ("what does docker volume prune do", True),
        ("docker volume create", False),
        ("what is docker container ls for", False),  # another name of `docker ps`
        ("create a network", False),  # plain words
    ],
)
def test_a_command_that_no_note_has_is_noticed(question: str, is_unknown: bool) -> None:
    assert evidence(question).command_unknown == float(is_unknown)


def test_a_word_that_no_note_has_is_missing() -> None:
    assert evidence("kubernetes").unknown == 1.0
    assert evidence("list the containers").unknown == 0.0


@pytest.mark.parametrize(
    ("question", "is_unknown"),
    [
        ("kubernetes что это", True),
        ("docker что это", False),
        ("как создать том", False),
        ("kubernetes", False),  # an English question may have any word
    ],
)
def test_a_name_that_no_note_has_is_noticed_in_a_russian_question(
    question: str, is_unknown: bool
) -> None:
    language = detect_language(question)
    ranking = Retriever().rank(
        memory_index({"a.md": NOTE}), Query(text=question, language=language)
    )
    assert gather(ranking, select(ranking)).name_unknown == float(is_unknown)


def test_a_flag_is_explained_by_an_item_about_a_command_with_just_that_flag() -> None:
    note = "# Keys\n\n* ssh-add -D - forget all keys\n* ssh-add -l - list the keys\n"
    ranking = Retriever().rank(memory_index({"a.md": note}), Query(text="ssh-add -D"))
    assert gather(ranking, select(ranking)).flag_explained == 1.0
