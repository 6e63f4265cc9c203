"""One evaluation run as a report: figures as values, as a table, and against floors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

from kb.assistant import Assistant
from kb.evaluation.answers import (
    AnswerFigures,
    Outcome,
    RefusalPoint,
    ask_all,
    measure_answers,
    refusal_curve,
)
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import Share
from kb.evaluation.retrieval import (
    RetrievalFigures,
    measure_arms,
    measure_embedder,
    rank_all,
)
from kb.evaluation.wordings import WordingFigures, measure_wordings
from kb.ports import Index
from kb.retrieval.retriever import Retriever


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of a run."""

    retrieval: tuple[RetrievalFigures, ...]
    answers: AnswerFigures
    curve: tuple[RefusalPoint, ...]
    outcomes: tuple[Outcome, ...]
    wordings: tuple[WordingFigures, ...] = ()

    def figures(self) -> dict[str, float]:
        """Return every measured figure by a stable name, as floors and other programs know it."""
        named: dict[str, float] = {}
        for row in self.retrieval:
            key = f"{row.arm}/{row.slice}"
            named[f"{key}/hit@1"] = row.hit_at_1.value
            named[f"{key}/recall@5"] = row.recall_at_5.value
            named[f"{key}/mrr"] = row.mrr
        for field in fields(self.answers):
            value = getattr(self.answers, field.name)
            if value is not None:
                named[f"answers/{field.name}"] = value.value if isinstance(value, Share) else value
        for worded in self.wordings:
            key = f"wordings/{worded.wording}"
            named[f"{key}/right"] = worded.right.value
            named[f"{key}/falsely_refused"] = worded.falsely_refused.value
            if worded.refused:
                named[f"{key}/refused"] = worded.refused.value
        return {name: round(value, 4) for name, value in named.items()}


def evaluate(
    index: Index,
    assistant: Assistant,
    questions: Sequence[GoldQuestion],
    *,
    beside: Mapping[str, Index] = MappingProxyType({}),
    chats: Mapping[str, str] | None = None,
) -> Report:
    """Ask all questions and measure arms and answers.

    Args:
        index: The notes.
        assistant: Answers from them.
        questions: What is asked; at least one.
        beside: The same notes embedded by other models, by the name of the arm.
        chats: Questions as they are worded in a chat, by id; with them all wordings are measured.
    """
    others = [row for name, one in beside.items() for row in measure_embedder(name, one, questions)]
    rankings = rank_all(Retriever(), index, questions)
    outcomes = ask_all(assistant, questions)
    return Report(
        retrieval=(*others, *measure_arms(rankings)),
        answers=measure_answers(outcomes),
        curve=tuple(refusal_curve(outcomes)),
        outcomes=tuple(outcomes),
        wordings=() if chats is None else tuple(measure_wordings(assistant, outcomes, chats)),
    )


def as_table(report: Report) -> str:
    """Return the figures as aligned text."""
    lines = [f"{'arm':20} {'slice':8} {'n':>4}  {'hit@1':20} {'recall@5':20} MRR"]
    lines += [
        f"{row.arm:20} {row.slice:8} {row.hit_at_1.count:>4}  {row.hit_at_1!s:20} "
        f"{row.recall_at_5!s:20} {row.mrr:.3f}"
        for row in report.retrieval
    ]
    lines.append("")
    for field in fields(report.answers):
        lines.append(f"{field.name:20} {_shown(getattr(report.answers, field.name))}")
    if report.curve:
        lines += ["", "a threshold of   would refuse   and falsely refuse"]
    lines += [
        f"{point.threshold:14.3f} {point.refused:14.3f} {point.falsely_refused:20.3f}"
        for point in report.curve
    ]
    if report.wordings:
        lines += [
            "",
            f"{'worded':20} {'n':>4}  {'as written':20} {'so':20} {'falsely refused':20} refused",
        ]
    lines += [
        f"{row.wording:20} {row.right.count:>4}  {row.as_written!s:20} {row.right!s:20} "
        f"{row.falsely_refused!s:20} {_shown(row.refused)}"
        for row in report.wordings
    ]
    return "\n".join(lines)


def _shown(value: Share | float | None) -> str:
    if value is None:
        return "no such question"
    return str(value) if isinstance(value, Share) else f"{value:.3f}"


def below_floor(
    figures: Mapping[str, float], floors: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Return a sentence for each figure that misses its floor (`min`) or ceiling (`max`).

    A figure that is named in the floors and was not measured counts as missed.
    """
    misses = []
    for name, bound in floors.items():
        value = figures.get(name)
        if value is None:
            misses.append(f"{name} was not measured")
        elif not bound.get("min", value) <= value <= bound.get("max", value):
            misses.append(f"{name} is {value}, outside {dict(bound)}")
    return misses


def load_floors(path: Path) -> dict[str, dict[str, float]]:
    """Return the floors of a JSON file: figure name to `min` or `max`."""
    floors: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return floors
