"""A question from the wire to the wire: conversation, answer, commands to remember."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kb.answering.frames import frame
from kb.assistant import AnswerEvent, CitationEvent, CommandEvent, StatusEvent, StreamEvent
from kb.errors import BusyError, NotFoundError
from kb.model import (
    Answer,
    AnswerMode,
    Command,
    ConversationId,
    Filters,
    Language,
    Question,
)
from server.conversations import ConversationStore, new_conversation_id
from server.metrics import Metrics
from server.offered_commands import OfferedCommands
from server.ports import Answerer
from server.render import render_answer
from server.schemas.answers import AnswerBody
from server.schemas.citations import CitationBody
from server.schemas.commands import CommandBody
from server.sse import ServerEvent
from server.storage import StorageError

_log = logging.getLogger(__name__)

MAX_ASKS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class AskInput:
    """A question as a client puts it."""

    question: str
    conversation_id: ConversationId | None = None
    """None begins a new conversation."""
    filters: Filters = field(default_factory=Filters)
    mode: AnswerMode = "extractive"
    keep: bool = True
    """Whether it goes into the conversation; a client that keeps its own wants none."""


class AskGate:
    """Counts the questions in work.

    Args:
        limit: How many at once.
    """

    def __init__(self, limit: int = MAX_ASKS) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._active = 0

    def check(self) -> None:
        """See whether there is room for one more.

        Raises:
            BusyError: There is none.
        """
        with self._lock:
            self._require_room()

    def __enter__(self) -> None:
        with self._lock:
            self._require_room()
            self._active += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._active -= 1

    def _require_room(self) -> None:
        if self._active >= self._limit:
            raise BusyError(
                f"{self._active} questions are being answered already",
                hint="wait for one to end",
            )


class Asking:
    """Answers questions and keeps what came of them; safe to use from any thread.

    Args:
        answerer: Answers from the notes.
        conversations: Where answers are kept.
        offered: Where offered commands are kept.
        metrics: Counts and times.
    """

    def __init__(
        self,
        *,
        answerer: Answerer,
        conversations: ConversationStore,
        offered: OfferedCommands,
        metrics: Metrics,
    ) -> None:
        self._answerer = answerer
        self._conversations = conversations
        self._offered = offered
        self._metrics = metrics
        self.gate = AskGate()

    def ask(self, asked: AskInput) -> AnswerBody:
        """Answer a question.

        Raises:
            QuestionError: It is empty or too long.
            NotFoundError: There is no such conversation.
            IndexUnavailableError: There is no index yet.
        """
        self._check(asked)
        return self._keep(self._answered(self._question(asked)), asked)

    def ask_apart(self, question: Question) -> AnswerBody:
        """Answer a question whose conversation the client keeps itself; raises as `ask` does."""
        return self._keep_apart(self._answered(question))

    def stream_apart(
        self, question: Question, *, cancelled: Callable[[], bool]
    ) -> Iterator[StreamEvent | AnswerBody]:
        """Yield the events of such an answer; the last is the whole one. Raises as `stream`."""
        with self._metrics.asking():
            for event in self._offering(self._answerer.stream(question, cancelled=cancelled)):
                if isinstance(event, AnswerEvent):
                    yield self._keep_apart(event.answer)
                else:
                    yield event

    def stream(self, asked: AskInput, *, cancelled: Callable[[], bool]) -> Iterator[ServerEvent]:
        """Yield the events of an answer as it is made; the last is `answer`.

        Args:
            asked: The question.
            cancelled: True once nobody listens any more.

        Raises:
            QuestionError: It is empty or too long.
            NotFoundError: There is no such conversation.
            IndexUnavailableError: There is no index yet.
        """
        self._check(asked)
        with self._metrics.asking():
            events = self._answerer.stream(self._question(asked), cancelled=cancelled)
            for event in self._offering(events):
                if isinstance(event, AnswerEvent):
                    body = self._keep(event.answer, asked)
                    yield ServerEvent(name="answer", data=body)
                else:
                    yield _server_event(event)

    def _check(self, asked: AskInput) -> None:
        """See whether the conversation that is to go on is there."""
        if asked.conversation_id is not None:
            self._conversations.require(asked.conversation_id)

    def _question(self, asked: AskInput) -> Question:
        known = asked.conversation_id
        history = () if known is None else self._conversations.history(known)
        return Question(
            text=asked.question, history=history, filters=asked.filters, mode=asked.mode
        )

    def _answered(self, question: Question) -> Answer:
        with self._metrics.asking():
            answer = self._answerer.ask(question)
        self._offer(answer.commands, answer.language)
        return answer

    def _offering(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        """Remember each command before it is told: who hears of it may use it at once."""
        for event in events:
            if isinstance(event, CommandEvent):
                self._offer([event.command], event.language)
            yield event

    def _offer(self, commands: Iterable[Command], language: Language) -> None:
        """Remember commands; an answer whose commands cannot be kept is still an answer."""
        try:
            self._offered.keep(commands, language=language)
        except StorageError as error:
            _log.warning("a command could not be kept: %s", error)

    def _keep_apart(self, answer: Answer) -> AnswerBody:
        """Count an answer, and keep nothing that was said."""
        self._metrics.count_answer(answer)
        return AnswerBody.of(answer, conversation_id="", html="")

    def _keep(self, answer: Answer, asked: AskInput) -> AnswerBody:
        """Put an answer into its conversation; one that cannot be kept is still an answer."""
        self._metrics.count_answer(answer)
        html = render_answer(answer.text, [c.n for c in answer.citations], mode=answer.mode)
        unkept = AnswerBody.of(answer, conversation_id="", html=html)
        if not asked.keep:
            return unkept
        conversation = asked.conversation_id or new_conversation_id()
        body = unkept.model_copy(update={"conversation_id": conversation})
        keep = self._conversations.add if asked.conversation_id else self._conversations.begin
        try:
            keep(conversation, body)
        except NotFoundError:
            return unkept  # it was deleted meanwhile, and does not come back
        except StorageError as error:
            _log.warning("an answer could not be kept: %s", error)
            notices = filter(None, (body.notice, frame("not_kept", answer.language)))
            known = asked.conversation_id or ""  # a new one is not there to go on with
            return body.model_copy(update={"notice": " ".join(notices), "conversation_id": known})
        return body


def _server_event(event: StreamEvent) -> ServerEvent:
    if isinstance(event, CitationEvent):
        return ServerEvent(name="citation", data=CitationBody.of(event.citation))
    if isinstance(event, CommandEvent):
        return ServerEvent(name="command", data=CommandBody.of(event.command))
    if isinstance(event, StatusEvent):
        return ServerEvent(name="status", data={"text": event.text})
    if isinstance(event, AnswerEvent):
        raise TypeError("the whole answer is kept before it is sent")
    return ServerEvent(name="token", data={"text": event.text})
