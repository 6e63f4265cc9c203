"""How good whole answers are: the right lines, few of them, the right command, honest refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.assistant import Assistant
from kb.evaluation.gold import GoldQuestion
from kb.evaluation.metrics import Share, mean, overlaps, percentile, right_lines, share
from kb.model import Answer, AnswerStatus, Question, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """Figures over whole answers; None where no question of the sort was asked."""

    hit_at_1: Share | None
    """The first citation shares a line with the gold answer, of the answerable."""
    citation_precision: float | None
    """Cited lines that are right, over all cited lines; mean over the answers given."""
    median_lines: float | None
    """Lines per citation."""
    command_accuracy: Share | None
    """The command offered first is the gold one, of the questions that have one."""
    refused: Share | None
    """Unanswerable questions that are refused."""
    falsely_refused: Share | None
    """Answerable questions that are refused."""
    followups: Share | None
    """Follow-up questions whose first citation is right."""
    ask_ms_p50: float
    ask_ms_p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPoint:
    """What a threshold on the confidence would do."""

    threshold: float
    refused: float
    """Share of the unanswerable questions below it."""
    falsely_refused: float
    """Share of the answerable questions below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A gold question and what was answered."""

    gold: GoldQuestion
    answer: Answer

    @property
    def is_right(self) -> bool:
        """The first citation shares a line with the gold answer."""
        places = [(citation.note, citation.lines) for citation in self.answer.citations[:1]]
        return bool(places) and overlaps(places[0], self.gold.relevant)


def ask_all(assistant: Assistant, questions: Sequence[GoldQuestion]) -> list[Outcome]:
    """Ask every question, with the questions before it asked first."""
    return [Outcome(gold=gold, answer=_ask(assistant, gold)) for gold in questions]


def _ask(assistant: Assistant, gold: GoldQuestion) -> Answer:
    turns: list[Turn] = []
    for text in gold.history:
        turns.append(turn_of(assistant.ask(Question(text=text, history=tuple(turns)))))
    return assistant.ask(Question(text=gold.question, history=tuple(turns)))


def turn_of(answer: Answer) -> Turn:
    """Return what a conversation remembers of an answer."""
    return Turn(
        question=answer.question,
        standalone_question=answer.standalone_question,
        status=answer.status,
        citations=answer.citations,
        command=answer.commands[0].text if answer.commands else "",
    )


def measure_answers(outcomes: Sequence[Outcome]) -> AnswerFigures:
    """Return the figures over the outcomes.

    Raises:
        ValueError: There are no outcomes, or a time is not a finite number.
    """
    answerable = [o for o in outcomes if o.gold.status is not AnswerStatus.NOT_FOUND]
    unanswerable = [o for o in outcomes if o.gold.status is AnswerStatus.NOT_FOUND]
    given = [o for o in answerable if o.answer.citations]
    spans = [c.lines.end - c.lines.start + 1 for o in given for c in o.answer.citations]
    times = [outcome.answer.timings_ms["total"] for outcome in outcomes]
    return AnswerFigures(
        hit_at_1=_share_of_any([o.is_right for o in answerable]),
        citation_precision=mean([_precision(outcome) for outcome in given]) if given else None,
        median_lines=percentile(spans, 50) if spans else None,
        command_accuracy=_share_of_any([_command_right(o) for o in answerable if o.gold.command]),
        refused=_share_of_any([_is_refusal(o) for o in unanswerable]),
        falsely_refused=_share_of_any([_is_refusal(o) for o in answerable]),
        followups=_share_of_any([o.is_right for o in answerable if o.gold.history]),
        ask_ms_p50=percentile(times, 50),
        ask_ms_p95=percentile(times, 95),
    )


def _share_of_any(successes: Sequence[bool]) -> Share | None:
    return share(successes) if successes else None


def refusal_curve(
    outcomes: Sequence[Outcome], *, false_refusals: Sequence[float] = (0.01, 0.03, 0.05, 0.1, 0.2)
) -> list[RefusalPoint]:
    """Return the highest threshold for each share of answerable questions that it may refuse.

    Empty where there are no answerable or no unanswerable questions.
    """
    answerable = sorted(o.answer.confidence for o in outcomes if o.gold.relevant)
    others = [o.answer.confidence for o in outcomes if not o.gold.relevant]
    if not answerable or not others:
        return []
    points = []
    for allowed in false_refusals:
        threshold = answerable[min(int(allowed * len(answerable)), len(answerable) - 1)]
        points.append(
            RefusalPoint(
                threshold=threshold,
                refused=mean([float(one < threshold) for one in others]),
                falsely_refused=mean([float(one < threshold) for one in answerable]),
            )
        )
    return points


def _precision(outcome: Outcome) -> float:
    cited = [(citation.note, citation.lines) for citation in outcome.answer.citations]
    lines, right = right_lines(cited, outcome.gold.relevant)
    return right / lines


def _command_right(outcome: Outcome) -> bool:
    commands = outcome.answer.commands
    return bool(commands) and commands[0].text == outcome.gold.command


def _is_refusal(outcome: Outcome) -> bool:
    return outcome.answer.status is AnswerStatus.NOT_FOUND
