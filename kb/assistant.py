"""From a question to an answer: the only place where retrieval and answering meet."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from kb.answering.abstention import Calibration
from kb.answering.conversation.followups import resolve
from kb.answering.frames import frame, model_failed
from kb.answering.generation import build_messages, reworded
from kb.answering.quotes import cited_chunks, quote_chunk
from kb.answering.selection import select
from kb.answering.verdict import Judge
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.errors import ChatModelError, IndexUnavailableError, QuestionError
from kb.model import (
    Answer,
    AnswerStatus,
    Chunk,
    Citation,
    Command,
    Filters,
    Hit,
    Language,
    Query,
    Question,
)
from kb.ports import ChatModel, Index, NoteReader
from kb.readers import borrowed
from kb.retrieval.candidates import Ranking
from kb.retrieval.respelling import mended
from kb.retrieval.retriever import Retriever
from kb.retrieval.scripts import in_own_script
from kb.text.asking import asked_part
from kb.text.language import detect_language
from kb.text.tokens import tokenize

MAX_QUESTION_CHARS: Final = 2000
_PASSAGES: Final = 6
"""How many passages a language model gets."""
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
        self._judge = Judge(notes, calibration=calibration, rules=rules)
        self._chat_model = chat_model

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
        with self._current_index() as index:
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
        check_question(question.text)
        yield StatusEvent(text="searching")
        with self._current_index() as index:
            answer = yield from self._answer(question, index, cancelled)
        total = round((time.perf_counter() - started) * 1000, 2)
        timings_ms = {**answer.timings_ms, "total": total}
        yield AnswerEvent(answer=replace(answer, timings_ms=timings_ms))

    def _answer(
        self, question: Question, index: Index, cancelled: Callable[[], bool]
    ) -> Generator[StreamEvent, None, Answer]:
        asked = mended(asked_part(in_own_script(question.text.strip(), index)), index)
        standalone = resolve(asked, question.history)
        query = Query(
            text=standalone,
            language=_language_of(asked, standalone),
            filters=question.filters,
        )
        ranking = self._retriever.rank(index, query)
        answer = self._judge.judge(question, query, ranking, index)
        if question.mode == "llm" and answer.status is AnswerStatus.ANSWERED:
            answer = yield from self._reword(answer, ranking, index, cancelled)
        else:
            yield from _spoken(answer)
        notice = _notice(answer, index)
        return replace(answer, timings_ms=dict(ranking.timings_ms), notice=notice)

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
        commands = self._judge.offered(kept, ranking, index, typed=answer.question)
        answer = replace(answer, commands=commands)
        yield from _offered(answer)
        return answer

    def _passages(self, ranking: Ranking, index: Index) -> list[tuple[Chunk, Citation]]:
        """Return what the language model may cite: what was chosen, then the best of the rest."""
        candidates = [*select(ranking, index.catalog), *ranking.candidates]
        distinct = {candidate.chunk.id: candidate.chunk for candidate in candidates}
        chunks = list(distinct.values())[:_PASSAGES]
        return cited_chunks(list(map(quote_chunk, chunks)), self._notes)

    @contextmanager
    def _current_index(self) -> Iterator[Index]:
        with borrowed(self._index) as index:
            if index is None:
                raise IndexUnavailableError(
                    "The notes are not indexed yet.",
                    hint="Wait until indexing ends, or run `kb ingest`.",
                )
            yield index


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
