"""Conversations: questions with their answers, in order, kept in the state folder."""

from __future__ import annotations

import sqlite3
import time
import uuid
from dataclasses import dataclass
from typing import Literal

from kb.errors import NotFoundError
from kb.model import AnswerStatus, ChunkId, Citation, ConversationId, LineRange, NoteId, Turn
from server.database import Database
from server.render import render_answer
from server.schemas.answers import AnswerBody
from server.schemas.base import one_line
from server.schemas.citations import CitationBody

Rating = Literal["up", "down"]

MAX_TITLE_CHARS = 80
MAX_HISTORY_TURNS = 20
"""Follow-ups are resolved against this many turns at the most."""

_SEARCH = """
    SELECT id, title, created, updated,
        (SELECT COUNT(*) FROM answer a WHERE a.conversation_id = c.id)
    FROM conversation c
    WHERE instr(casefold(title), ?) OR EXISTS (
        SELECT 1 FROM answer a WHERE a.conversation_id = c.id AND instr(casefold(
            json_extract(a.body, '$.question') || ' ' || json_extract(a.body, '$.text')), ?))
    ORDER BY updated DESC, id
"""
"""The conversations with a text in the title, a question or an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A conversation in the list."""

    id: ConversationId
    title: str
    created: float
    """POSIX time in seconds."""
    updated: float
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredTurn:
    """A question with its answer as it was given."""

    asked: float
    answer: AnswerBody
    rating: Rating | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with all its turns, oldest first."""

    summary: ConversationSummary
    turns: tuple[AnsweredTurn, ...]


def new_conversation_id() -> ConversationId:
    """Return an id that nobody can guess."""
    return ConversationId(uuid.uuid4().hex)


class ConversationStore:
    """Keeps conversations; safe to use from any thread.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def require(self, conversation: ConversationId) -> None:
        """Check that a conversation is there.

        Raises:
            NotFoundError: It is not.
        """
        self._summary(conversation)

    def begin(self, conversation: ConversationId, answer: AnswerBody) -> None:
        """Make a conversation of its first answer."""
        now = time.time()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?)",
                (conversation, _title(answer.question), now, now),
            )
            _append(connection, conversation, answer, now)

    def add(self, conversation: ConversationId, answer: AnswerBody) -> None:
        """Put an answer at the end of a conversation.

        Raises:
            NotFoundError: There is no such conversation any more.
        """
        now = time.time()
        with self._database.transaction() as connection:
            updated = connection.execute(
                "UPDATE conversation SET updated = ? WHERE id = ?", (now, conversation)
            ).rowcount
            if not updated:
                raise _no_conversation(conversation)
            _append(connection, conversation, answer, now)

    def history(self, conversation: ConversationId) -> tuple[Turn, ...]:
        """Return the last turns for the resolution of follow-ups, oldest first.

        Raises:
            NotFoundError: There is no such conversation.
        """
        self.require(conversation)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM answer WHERE conversation_id = ? ORDER BY position DESC LIMIT ?",
                (conversation, MAX_HISTORY_TURNS),
            ).fetchall()
        return tuple(_turn(AnswerBody.model_validate_json(body)) for (body,) in reversed(rows))

    def list(
        self, *, text: str = "", limit: int, offset: int
    ) -> tuple[tuple[ConversationSummary, ...], int]:
        """Return a page of conversations, the last used first, and how many there are.

        Args:
            text: Only conversations with this text in the title, a question or an answer.
            limit: How many at the most.
            offset: How many to leave out at the start.
        """
        wanted = text.casefold()
        with self._database.searching() as connection:
            connection.create_function("casefold", 1, _casefold, deterministic=True)
            rows = connection.execute(_SEARCH, (wanted, wanted)).fetchall()
        page = rows[offset:][:limit]
        return tuple(_summary_of(row) for row in page), len(rows)

    def get(self, conversation: ConversationId) -> Conversation:
        """Return a conversation with its turns.

        Raises:
            NotFoundError: There is no such conversation.
        """
        summary = self._summary(conversation)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT asked, body, rating, comment FROM answer WHERE conversation_id = ? "
                "ORDER BY position",
                (conversation,),
            ).fetchall()
        turns = tuple(
            AnsweredTurn(asked=asked, answer=_with_html(body), rating=rating, comment=comment)
            for asked, body, rating, comment in rows
        )
        return Conversation(summary=summary, turns=turns)

    def rename(self, conversation: ConversationId, title: str) -> ConversationSummary:
        """Give a conversation another title.

        Raises:
            NotFoundError: There is no such conversation.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE conversation SET title = ? WHERE id = ?", (title, conversation)
            )
        return self._summary(conversation)

    def delete(self, conversation: ConversationId) -> None:
        """Delete a conversation with its answers.

        Raises:
            NotFoundError: There is no such conversation.
        """
        with self._database.transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM conversation WHERE id = ?", (conversation,)
            ).rowcount
        if not deleted:
            raise _no_conversation(conversation)

    def rate(self, answer_id: str, rating: Rating | None, comment: str | None) -> None:
        """Keep what the user thinks of an answer.

        Args:
            answer_id: The answer.
            rating: None takes an earlier rating back.
            comment: None leaves an earlier one; it goes with a rating that is taken back.

        Raises:
            NotFoundError: There is no such answer.
        """
        with self._database.transaction() as connection:
            updated = connection.execute(
                "UPDATE answer SET rating = ?, comment = COALESCE(?, comment) WHERE id = ?",
                (rating, "" if rating is None and comment is None else comment, answer_id),
            ).rowcount
        if not updated:
            raise NotFoundError(
                f"no answer {answer_id!r}", hint="answers go with their conversation"
            )

    def _summary(self, conversation: ConversationId) -> ConversationSummary:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT id, title, created, updated, "
                "(SELECT COUNT(*) FROM answer a WHERE a.conversation_id = c.id) "
                "FROM conversation c WHERE id = ?",
                (conversation,),
            ).fetchone()
        if row is None:
            raise _no_conversation(conversation)
        return _summary_of(row)


def _append(
    connection: sqlite3.Connection, conversation: ConversationId, answer: AnswerBody, now: float
) -> None:
    kept = answer.model_copy(update={"html": ""}).model_dump_json()
    connection.execute(
        "INSERT INTO answer (id, conversation_id, position, asked, body) VALUES (?, ?, "
        "(SELECT COALESCE(MAX(position), 0) + 1 FROM answer WHERE conversation_id = ?), "
        "?, ?)",
        (answer.id, conversation, conversation, now, kept),
    )


def _no_conversation(conversation: ConversationId) -> NotFoundError:
    return NotFoundError(
        f"no conversation {conversation!r}",
        hint="leave conversation_id out to begin a new one; GET /api/conversations lists them",
    )


def _summary_of(row: tuple[str, str, float, float, int]) -> ConversationSummary:
    identifier, title, created, updated, turns = row
    return ConversationSummary(
        id=ConversationId(identifier), title=title, created=created, updated=updated, turns=turns
    )


def _title(question: str) -> str:
    line = one_line(question)
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def _with_html(body: str) -> AnswerBody:
    """The kept answer; its HTML is made anew, so that it is as safe as the renderer of today."""
    answer = AnswerBody.model_validate_json(body)
    html = render_answer(answer.text, [each.n for each in answer.citations], mode=answer.mode)
    return answer.model_copy(update={"html": html})


def _turn(answer: AnswerBody) -> Turn:
    return Turn(
        question=answer.question,
        standalone_question=answer.standalone_question,
        status=AnswerStatus(answer.status),
        citations=tuple(_citation(each) for each in answer.citations),
        command=answer.commands[0].text if answer.commands else "",
    )


def _citation(body: CitationBody) -> Citation:
    return Citation(
        n=body.n,
        note=NoteId(body.note),
        lines=LineRange(start=body.line_start, end=body.line_end),
        quote=body.quote,
        chunk=ChunkId(body.chunk_id),
        heading_trail=tuple(body.heading_trail),
        span=body.span,
    )


def _casefold(text: str | None) -> str:
    return (text or "").casefold()
