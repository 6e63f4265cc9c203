"""Conversations as Markdown and JSON, for keeping or sharing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from server.conversations import AnsweredTurn, Conversation
from server.schemas.base import one_line
from server.schemas.citations import CitationBody


def export_markdown(conversation: Conversation) -> str:
    """Return a conversation as a Markdown document."""
    summary = conversation.summary
    parts = [
        f"# {one_line(summary.title)}",
        f"{_moment(summary.created)} – {_moment(summary.updated)}",
    ]
    for turn in conversation.turns:
        parts += _turn_parts(turn)
    return "\n\n".join(parts) + "\n"


def export_json(conversation: Conversation) -> str:
    """Return a conversation as JSON, with everything that is kept of it."""
    summary = conversation.summary
    document = {
        "id": summary.id,
        "title": summary.title,
        "created": summary.created,
        "updated": summary.updated,
        "messages": [
            {
                "asked": turn.asked,
                "rating": turn.rating,
                "comment": turn.comment,
                "answer": turn.answer.model_dump(exclude={"html"}),
            }
            for turn in conversation.turns
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _turn_parts(turn: AnsweredTurn) -> list[str]:
    answer = turn.answer
    parts = [f"## {one_line(answer.question)}"]
    if answer.standalone_question != answer.question:
        parts.append(f"*{answer.standalone_question}*")
    parts.append(answer.text)
    parts += [_source(citation) for citation in answer.citations]
    parts += [_fenced(command.text, "bash") for command in answer.commands]
    return parts


def _source(citation: CitationBody) -> str:
    place = f"[{citation.n}] {citation.note}:{citation.line_start}-{citation.line_end}"
    return f"{place}\n\n{_fenced(citation.quote)}"


def _fenced(text: str, language: str = "") -> str:
    """Put text into a fence that is longer than any run of backticks in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _moment(posix_s: float) -> str:
    return datetime.fromtimestamp(posix_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
