"""Whether the notes answer a question, and the answer itself: sure, unsure, open or none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kb.answering.abstention import Calibration, gather, load_calibration, probability
from kb.answering.command_entries import lacks_command
from kb.answering.composer import compose, compose_not_found, compose_open
from kb.answering.flag_lookup import (
    command_without_flag,
    flags_used,
    is_looked_up,
    is_of_other_case,
    unknown_flag,
)
from kb.answering.frames import frame
from kb.answering.hedging import is_hedged
from kb.answering.meant import lacks_what_is_meant
from kb.answering.offers import offer_commands
from kb.answering.quotes import cite, cited_chunks, quote_chunk, quoted_text
from kb.answering.selection import select
from kb.answering.telling import quote_telling
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.model import (
    Answer,
    AnswerId,
    AnswerStatus,
    Chunk,
    ChunkKind,
    Citation,
    Command,
    Query,
    Question,
)
from kb.ports import Index, NoteReader
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.fitted import SignalSet
from kb.text.hidden import without_hidden
from kb.text.unwritten import says_nothing

_NEAREST: Final = 3
"""Places that are named where the notes do not answer."""
_LOOKED_UP: Final = 0.95
"""Confidence of what the notes' own structure gives: all flags of a command that is named."""
_SURE: Final = 0.65
"""Below this confidence an answer says so itself: of the practice's questions four in ten are
answered right there, and seventeen in twenty above."""


class Judge:
    """Answers from a ranking, or refuses.

    Args:
        notes: Reads the notes as they are now.
        calibration: When to refuse; the fitted one unless given.
        rules: What commands are judged by.
    """

    def __init__(
        self,
        notes: NoteReader,
        *,
        calibration: Calibration | None = None,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        self._notes = notes
        self._calibration = calibration
        self._rules = rules

    def judge(self, question: Question, query: Query, ranking: Ranking, index: Index) -> Answer:
        """Return the answer in the notes' own words.

        Args:
            question: As it was asked.
            query: As it was looked for.
            ranking: What was found.
            index: Where it was found.
        """
        draft = _draft(question, query)
        if not ranking.candidates:
            return replace(draft, text=compose_not_found((), query.language))
        chosen = select(ranking, index.catalog)
        calibration = self._calibration or load_calibration(ranking.signals)
        confidence = _confidence(ranking, chosen, calibration)
        draft = replace(draft, confidence=round(confidence, 4))
        if confidence < calibration.threshold or _lacks_flag(chosen, ranking):
            return self._refuse(draft, ranking)
        quoted = self._quoted(chosen, ranking, index)
        return (
            self._affirm(draft, quoted, ranking, index) if quoted else self._refuse(draft, ranking)
        )

    def offered(
        self,
        quoted: Sequence[tuple[Chunk, Citation]],
        ranking: Ranking,
        index: Index,
        *,
        typed: str,
    ) -> tuple[Command, ...]:
        """Return the commands that an answer of these quotes offers.

        Args:
            quoted: The chunks that are quoted, each with its citation.
            ranking: What was found.
            index: Where it was found.
            typed: The question as it was typed.
        """
        return offer_commands(quoted, ranking, index, self._notes, typed=typed, rules=self._rules)

    def _quoted(
        self, chosen: Sequence[Candidate], ranking: Ranking, index: Index
    ) -> list[tuple[Chunk, Citation]]:
        """Return the lines that tell of what is chosen, as far as the notes still hold them."""
        reranker = index.embedder.reranker if ranking.signals is SignalSet.ALL else None
        telling = [
            quote_telling(candidate.chunk, ranking.question, ranking.terms, reranker)
            for candidate in chosen
        ]
        said = [one for one in telling if not says_nothing(quoted_text(one))]
        return cited_chunks(said, self._notes)

    def _affirm(
        self,
        draft: Answer,
        quoted: Sequence[tuple[Chunk, Citation]],
        ranking: Ranking,
        index: Index,
    ) -> Answer:
        first, citation = quoted[0]
        if not first.answered:
            return _left_open(draft, first, citation)
        commands = self.offered(quoted, ranking, index, typed=draft.question)
        if commands and len(quoted) == 1 and first.kind is ChunkKind.COMMAND:
            # Its flags are told too; the commands that stand among them are not offered.
            told = flags_used(first, commands[0].text, index.catalog)
            quoted = cited_chunks([quote_chunk(chunk) for chunk in (first, *told)], self._notes)
        text = without_hidden(compose(quoted, ranking.terms, draft.language))
        if unexplained := _unexplained(quoted, ranking):
            text = f"{text}\n\n{frame('unknown_flag', draft.language, flag=unexplained)}"
        hedged = is_hedged(text, ranking.terms)
        doubt = "hedged" if hedged else "unsure" if draft.confidence < _SURE else ""
        return replace(
            draft,
            status=AnswerStatus.ANSWERED,
            text=f"{frame(doubt, draft.language)}\n\n{text}" if doubt else text,
            citations=tuple(citation for _, citation in quoted),
            commands=commands,
            hedged=hedged,
        )

    def _refuse(self, draft: Answer, ranking: Ranking) -> Answer:
        nearest = cite(map(quote_chunk, _apart(ranking.candidates)[:_NEAREST]), self._notes)
        command = command_without_flag(ranking)
        flag = ranking.question.flags[0] if command else unknown_flag(ranking)
        return replace(
            draft,
            text=compose_not_found(nearest, draft.language, flag, command),
            nearest=tuple(nearest),
        )


def _lacks_flag(chosen: Sequence[Candidate], ranking: Ranking) -> bool:
    """Tell whether the notes have what is asked for of another command or by another flag alone."""
    return bool(command_without_flag(ranking)) or is_of_other_case(chosen, ranking)


def _unexplained(quoted: Sequence[tuple[Chunk, Citation]], ranking: Ranking) -> str:
    """Return the flag that no note has, of several where others are explained; else nothing."""
    explains = any(chunk.kind is ChunkKind.FLAG for chunk, _ in quoted)
    return unknown_flag(ranking) if explains and len(ranking.question.flags) > 1 else ""


def _draft(question: Question, query: Query) -> Answer:
    """Return an answer that says nothing yet."""
    return Answer(
        id=AnswerId(uuid.uuid4().hex),
        question=question.text,
        standalone_question=query.text,
        language=query.language,
        status=AnswerStatus.NOT_FOUND,
        text="",
    )


def _left_open(draft: Answer, asked: Chunk, citation: Citation) -> Answer:
    """Return the answer to a question that the notes ask and do not answer."""
    return replace(
        draft,
        status=AnswerStatus.OPEN_QUESTION,
        text=compose_open(asked, citation, draft.language),
        citations=(citation,),
    )


def _confidence(ranking: Ranking, chosen: Sequence[Candidate], calibration: Calibration) -> float:
    if is_looked_up(ranking, chosen):
        return _LOOKED_UP
    if lacks_command(ranking) or lacks_what_is_meant(ranking):
        return 1 - _LOOKED_UP
    return probability(gather(ranking, chosen), calibration)


def _apart(candidates: Sequence[Candidate]) -> list[Chunk]:
    """Return the chunks of which none holds lines of one before it."""
    apart: list[Chunk] = []
    for chunk in (candidate.chunk for candidate in candidates):
        if not any(c.note == chunk.note and c.lines.overlaps(chunk.lines) for c in apart):
            apart.append(chunk)
    return apart
