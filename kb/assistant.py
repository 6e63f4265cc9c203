"""From a question to an answer: the only place where retrieval and answering meet."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kb.answering.abstention import Calibration, gather, load_calibration, probability
from kb.answering.composer import compose, compose_not_found, compose_open
from kb.answering.entries import lacks_command
from kb.answering.flags import command_without_flag, flags_used, is_looked_up, unknown_flag
from kb.answering.followups import resolve
from kb.answering.frames import frame, model_failed
from kb.answering.generation import build_messages, reworded
from kb.answering.hedging import is_hedged
from kb.answering.offers import offer_commands
from kb.answering.quotes import Quote, cite, quote_chunk, quoted_text
from kb.answering.selection import select
from kb.answering.telling import quote_telling
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.errors import ChatModelError, IndexUnavailableError, QuestionError
from kb.model import (
    Answer,
    AnswerId,
    AnswerStatus,
    Chunk,
    ChunkKind,
    Citation,
    Command,
    Filters,
    Hit,
    Language,
    Query,
    Question,
)
from kb.ports import ChatModel, Index, NoteReader
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.ranking import SignalSet
from kb.retrieval.respelling import mended
from kb.retrieval.retriever import Retriever
from kb.retrieval.scripts import in_own_script
from kb.text.asking import asked_part
from kb.text.hidden import without_hidden
from kb.text.language import detect_language
from kb.text.tokens import tokenize
from kb.text.unwritten import says_nothing

MAX_QUESTION_CHARS: Final = 2000
_NEAREST: Final = 3
_PASSAGES: Final = 6
"""How many passages a language model gets."""
_LOOKED_UP: Final = 0.95
"""Confidence of what the notes' own structure gives: all flags of a command that is named."""
_SURE: Final = 0.65
"""Below this confidence an answer says so itself: of the practice's questions four in ten are
answered right there, and seventeen in twenty above."""
_PIECE: Final = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """What the assistant is doing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationEvent:
    """A source of the answer that is being made."""

    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEvent:
    """A piece of the answer's text; joined, the pieces since the last status are the text.

    What a language model writes comes before it is checked, so its text may be shorter.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEvent:
    """A command that the answer offers."""

    command: Command
    language: Language
    """Of the answer, and so of what is said about the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEvent:
    """The whole answer; the last event."""

    answer: Answer


StreamEvent = StatusEvent | CitationEvent | TokenEvent | CommandEvent | AnswerEvent


class Assistant:
    """Answers questions from the notes.

    Args:
        index: Returns the index to answer from, or None while there is none.
        notes: Reads the notes as they are now.
        retriever: Finds chunks; the default one unless given.
        calibration: When to refuse; the fitted one unless given.
        chat_model: Words the answer where a question asks for it; optional.
        rules: What commands are judged by.
    """

    def __init__(
        self,
        *,
        index: Callable[[], Index | None],
        notes: NoteReader,
        retriever: Retriever | None = None,
        calibration: Calibration | None = None,
        chat_model: ChatModel | None = None,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        self._index = index
        self._notes = notes
        self._retriever = retriever or Retriever()
        self._calibration = calibration
        self._chat_model = chat_model
        self._rules = rules

    def ask(self, question: Question) -> Answer:
        """Answer a question with quotes of the notes, or say that they do not answer it.

        Raises:
            QuestionError: The question is empty or longer than 2,000 characters.
            IndexUnavailableError: There is no index yet.
        """
        *_, last = self.stream(question)
        if not isinstance(last, AnswerEvent):
            raise TypeError("the stream did not end with the answer")
        return last.answer

    def search(self, text: str, *, top_k: int, filters: Filters | None = None) -> list[Hit]:
        """Return the best chunks for a query, best first.

        Raises:
            QuestionError: The query is empty or too long.
            IndexUnavailableError: There is no index yet.
        """
        text = check_question(text)
        index = self._current_index()
        asked = asked_part(in_own_script(text, index))
        query = Query(text=asked, language=detect_language(asked), filters=filters or Filters())
        return self._retriever.search(index, query, top_k=top_k)

    def stream(
        self, question: Question, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[StreamEvent]:
        """Yield the answer as it is made: status, sources, text, commands, then the whole.

        Args:
            question: What is asked.
            cancelled: Asked while a language model writes; true ends its work.

        Raises:
            QuestionError: The question is empty or longer than 2,000 characters.
            IndexUnavailableError: There is no index yet.
        """
        started = time.perf_counter()
        text = check_question(question.text)
        yield StatusEvent(text="searching")
        index = self._current_index()
        asked = mended(asked_part(in_own_script(text, index)), index)
        standalone = resolve(asked, question.history)
        query = Query(
            text=standalone,
            language=_language_of(asked, standalone),
            filters=question.filters,
        )
        ranking = self._retriever.rank(index, query)
        answer = self._extract(question, query, ranking, index)
        if question.mode == "llm" and answer.status is AnswerStatus.ANSWERED:
            answer = yield from self._reword(answer, ranking, index, cancelled)
        else:
            yield from _spoken(answer)
        total = round((time.perf_counter() - started) * 1000, 2)
        timings_ms = {**ranking.timings_ms, "total": total}
        notice = _notice(answer, index)
        yield AnswerEvent(answer=replace(answer, timings_ms=timings_ms, notice=notice))

    def _reword(
        self, answer: Answer, ranking: Ranking, index: Index, cancelled: Callable[[], bool]
    ) -> Generator[StreamEvent, None, Answer]:
        """Let the language model word the answer; on any failure the extractive one stands."""
        if self._chat_model is None:
            answer = replace(answer, notice=frame("no_model", answer.language))
            yield from _spoken(answer)
            return answer
        passages = self._passages(ranking, index)
        yield StatusEvent(text="writing")
        yield from (CitationEvent(citation=citation) for _, citation in passages)
        pieces: list[str] = []
        messages = build_messages(
            answer.standalone_question, [citation for _, citation in passages], answer.language
        )
        try:
            for piece in self._chat_model.stream(messages, cancelled=cancelled):
                pieces.append(piece)
                yield TokenEvent(text=piece)
            answer = reworded(answer, "".join(pieces), [citation for _, citation in passages])
        except ChatModelError as error:
            answer = replace(answer, notice=model_failed(error, answer.language))
            yield from _spoken(answer)
            return answer
        cited = {citation.n for citation in answer.citations}
        kept = [(chunk, citation) for chunk, citation in passages if citation.n in cited]
        answer = replace(
            answer, commands=offer_commands(kept, ranking, index, self._notes, rules=self._rules)
        )
        yield from _offered(answer)
        return answer

    def _passages(self, ranking: Ranking, index: Index) -> list[tuple[Chunk, Citation]]:
        """Return what the language model may cite: what was chosen, then the best of the rest."""
        candidates = [*select(ranking, index.catalog), *ranking.candidates]
        distinct = {candidate.chunk.id: candidate.chunk for candidate in candidates}
        return self._quote([quote_chunk(chunk) for chunk in list(distinct.values())[:_PASSAGES]])

    def _current_index(self) -> Index:
        index = self._index()
        if index is None:
            raise IndexUnavailableError(
                "The notes are not indexed yet.",
                hint="Wait until indexing ends, or run `kb ingest`.",
            )
        return index

    def _extract(self, question: Question, query: Query, ranking: Ranking, index: Index) -> Answer:
        draft = Answer(
            id=AnswerId(uuid.uuid4().hex),
            question=question.text,
            standalone_question=query.text,
            language=query.language,
            status=AnswerStatus.NOT_FOUND,
            text="",
        )
        if not ranking.candidates:
            return replace(draft, text=compose_not_found((), query.language))
        chosen = select(ranking, index.catalog)
        calibration = self._calibration or load_calibration(ranking.signals)
        confidence = _confidence(ranking, chosen, calibration)
        draft = replace(draft, confidence=round(confidence, 4))
        if confidence < calibration.threshold or command_without_flag(ranking):
            return self._refuse(draft, ranking)
        reranker = index.embedder.reranker if ranking.signals is SignalSet.ALL else None
        quotes = [
            quote_telling(candidate.chunk, ranking.question, ranking.terms, reranker)
            for candidate in chosen
        ]
        quoted = self._quote([one for one in quotes if not says_nothing(quoted_text(one))])
        if not quoted:
            return self._refuse(draft, ranking)
        return self._affirm(draft, quoted, ranking, index)

    def _quote(self, quotes: Sequence[Quote]) -> list[tuple[Chunk, Citation]]:
        """Return the chunks that the notes still hold, each with its citation."""
        chunks = {quote.chunk.id: quote.chunk for quote in quotes}
        return [(chunks[citation.chunk], citation) for citation in cite(quotes, self._notes)]

    def _affirm(
        self,
        draft: Answer,
        quoted: Sequence[tuple[Chunk, Citation]],
        ranking: Ranking,
        index: Index,
    ) -> Answer:
        first, citation = quoted[0]
        if not first.answered:
            return replace(
                draft,
                status=AnswerStatus.OPEN_QUESTION,
                text=compose_open(first, citation, draft.language),
                citations=(citation,),
            )
        commands = offer_commands(quoted, ranking, index, self._notes, rules=self._rules)
        if commands and len(quoted) == 1 and first.kind is ChunkKind.COMMAND:
            # Its flags are told too; the commands that stand among them are not offered.
            told = flags_used(first, commands[0].text, index.catalog)
            quoted = self._quote([quote_chunk(chunk) for chunk in (first, *told)])
        text = without_hidden(compose(quoted, ranking.terms, draft.language))
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


def _confidence(ranking: Ranking, chosen: Sequence[Candidate], calibration: Calibration) -> float:
    if is_looked_up(ranking, chosen):
        return _LOOKED_UP
    if lacks_command(ranking):
        return 1 - _LOOKED_UP
    return probability(gather(ranking, chosen), calibration)


def _apart(candidates: Sequence[Candidate]) -> list[Chunk]:
    """Return the chunks of which none holds lines of one before it."""
    apart: list[Chunk] = []
    for chunk in (candidate.chunk for candidate in candidates):
        if not any(c.note == chunk.note and c.lines.overlaps(chunk.lines) for c in apart):
            apart.append(chunk)
    return apart


def _notice(answer: Answer, index: Index) -> str | None:
    """Return an answer's notice, with a word on an index that can compare words alone."""
    if index.has_vectors:
        return answer.notice
    return " ".join(filter(None, (frame("words_alone", answer.language), answer.notice)))


def _spoken(answer: Answer) -> Iterator[StreamEvent]:
    """Yield an answer that is ready: its status, sources, text in pieces, and commands."""
    yield StatusEvent(text=answer.status.value)
    yield from (CitationEvent(citation=citation) for citation in answer.citations)
    yield from (TokenEvent(text=piece) for piece in _PIECE.findall(answer.text))
    yield from _offered(answer)


def _offered(answer: Answer) -> Iterator[StreamEvent]:
    for command in answer.commands:
        yield CommandEvent(command=command, language=answer.language)


def _language_of(text: str, standalone: str) -> Language:
    """Return the language of what was asked, of the resolved question where that has no word."""
    words = [token for token in tokenize(text) if token.kind == "word"]
    return detect_language(text if words else standalone)


def check_question(text: str) -> str:
    """Return the question without blanks around it.

    Raises:
        QuestionError: It is empty or longer than 2,000 characters.
    """
    stripped = text.strip()
    if not stripped:
        raise QuestionError("The question is empty.", hint="Type what you want to know.")
    if len(stripped) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(stripped)} characters, more than {MAX_QUESTION_CHARS}.",
            hint="Ask in fewer words; long texts belong into a note.",
        )
    return stripped
