from __future__ import annotations

import pytest

from kb.model import ChunkKind, Query
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.features import measure
from kb.retrieval.question import parse_question
from tests.chunks import make_chunk


@pytest.mark.parametrize(
    "text",
    [
        "Volume is a folder",
        "- **Volume** is a folder",
        "  * volume - a folder",
        "Volume: a folder",
        "Volume stands for a folder",
        "Volume refers to a folder",
        "Volume означает папку",
        "Volume обозначает папку",
        "Volume называется папка",
    ],
)
def test_a_definition_is_one_of_its_term_however_it_is_written(text: str) -> None:
    question = parse_question(Query(text="what is a volume"))
    terms = tuple(WeightedTerm(content=term, idf=1.0, known=True) for term in question.terms)
    chunk = make_chunk(text, kind=ChunkKind.DEFINITION)
    assert measure(question, terms, chunk, dense=0.0, lexical=0.0).defines == 1.0


@pytest.mark.parametrize(
    ("question", "command", "match"),
    [
        ("ssh-add -D", "ssh-add -D", 0.5),
        ("what does -D do", "ssh-add -D", 0.5),
        ("ssh-add -d", "ssh-add -D", 0.0),
        ("ps --No-Trunc", "docker ps -a --no-trunc", 0.2),
        ("ps -A", "docker ps -a --no-trunc", 0.0),
        ("docker ps -a", "docker ps -a --no-trunc", 0.2),
        ("docker ps", "docker ps -a", 0.0),
    ],
)
def test_a_command_with_just_the_asked_flag_explains_it_by_half(
    question: str, command: str, match: float
) -> None:
    chunk = make_chunk(f"{command} - so", kind=ChunkKind.COMMAND, commands=(command,))
    parsed = parse_question(Query(text=question))
    assert measure(parsed, (), chunk, dense=0.5, lexical=0.5).flag == match


@pytest.mark.parametrize(
    ("asked", "match"),
    [("-p", 1.0), ("-P", 0.0), ("--Publish", 0.5), ("--publish", 1.0), ("--publish-all", 0.0)],
)
def test_a_flag_of_one_letter_is_another_one_in_another_case(asked: str, match: float) -> None:
    chunk = make_chunk(
        "-p, --publish - map a port",
        kind=ChunkKind.FLAG,
        commands=("docker run",),
        flags=("-p", "--publish"),
    )
    parsed = parse_question(Query(text=f"what does {asked} do"))
    assert measure(parsed, (), chunk, dense=0.5, lexical=0.5).flag == match


@pytest.mark.parametrize(("kind", "command"), [(ChunkKind.COMMAND, 1.0), (ChunkKind.FLAG, 0.5)])
def test_the_entry_of_a_command_is_more_about_it_than_what_belongs_to_it(
    kind: ChunkKind, command: float
) -> None:
    chunk = make_chunk("docker ps - list", kind=kind, commands=("docker ps",))
    parsed = parse_question(Query(text="docker ps"))
    assert measure(parsed, (), chunk, dense=0.5, lexical=0.5).command == command
