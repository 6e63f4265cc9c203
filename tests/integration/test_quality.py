"""The quality that is promised, on the gold questions, with the shipped model."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.models.embedding import SentenceTransformerEmbedder
from ingest.service import IndexService
from kb.assistant import Assistant
from kb.evaluation.gold import load_gold
from kb.evaluation.report import Report, as_table, below_floor, evaluate, load_floors
from kb.evaluation.wordings import read_wordings

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    questions = load_gold(sorted((DATA / "evaluation").glob("*.jsonl")), split="test")
    service = IndexService(
        notes=DATA / "notes",
        state=tmp_path_factory.mktemp("quality"),
        embedder=SentenceTransformerEmbedder(),
    )
    service.open()
    try:
        service.sync()
        index = service.index
        assert index is not None
        assistant = Assistant(index=lambda: index, notes=service.vault)
        chats = read_wordings(DATA / "evaluation" / "reworded" / "chat.jsonl")
        return evaluate(index, assistant, questions, chats=chats)
    finally:
        service.close()


def test_no_figure_is_below_its_floor(report: Report) -> None:
    floors = load_floors(DATA / "evaluation" / "floors.json")
    worded = load_floors(DATA / "evaluation" / "reworded" / "floors.json")
    assert below_floor(report.figures(), floors | worded) == [], as_table(report)


def test_every_citation_is_verbatim(report: Report) -> None:
    for outcome in report.outcomes:
        for citation in (*outcome.answer.citations, *outcome.answer.nearest):
            source = (DATA / "notes" / citation.note).read_text(encoding="utf-8").split("\n")
            quoted = "\n".join(source[citation.lines.start - 1 : citation.lines.end])
            assert citation.quote == quoted


def test_commands_stand_in_the_cited_lines(report: Report) -> None:
    for outcome in report.outcomes:
        answer = outcome.answer
        for command in answer.commands:
            assert any(
                command.note == citation.note
                and citation.lines.start <= command.lines.start
                and command.lines.end <= citation.lines.end
                for citation in answer.citations
            ), outcome.gold.question
