"""`kb ask`, `kb search` and `kb chat`."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.progress import ready_client
from server.cli.shared import (
    EXIT_NOT_FOUND,
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    stdout_console,
    telling_errors,
)

PrefixOption = Annotated[
    str, typer.Option("--path-prefix", help="Only notes whose path begins so.")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="Only notes with this tag.")]
ConversationOption = Annotated[
    str | None, typer.Option("--conversation", help="Go on with this conversation.")
]
LlmOption = Annotated[bool, typer.Option("--llm", help="Let the language model word the answer.")]


@telling_errors
def ask(
    question: Annotated[str, typer.Argument(help="What to ask, in Russian or English.")],
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    path_prefix: PrefixOption = "",
    tag: TagOption = None,
    conversation: ConversationOption = None,
    llm: LlmOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask the notes; exit code 3 where they do not answer."""
    from server.cli.show import show_answer

    body = question_body(conversation, llm=llm, path_prefix=path_prefix, tags=tag)
    with ready_client(command_settings(notes, state)) as client:
        answer = client.post("/api/ask", {"question": question, **body})
    if as_json:
        print_json(answer)
    else:
        show_answer(answer, stdout_console())
    if answer["status"] == "not_found":
        raise typer.Exit(EXIT_NOT_FOUND)


@telling_errors
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    top_k: Annotated[int, typer.Option("--top-k", min=1, max=100, help="How many.")] = 10,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show rank and score of every arm.")
    ] = False,
    path_prefix: PrefixOption = "",
    tag: TagOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages; exit code 3 where there is none."""
    from server.cli.show import show_hits

    with ready_client(command_settings(notes, state)) as client:
        found = client.get(
            "/api/search",
            q=query,
            top_k=top_k,
            explain=explain,
            path_prefix=path_prefix,
            tag=tag or [],
        )
    if as_json:
        print_json(found)
    else:
        show_hits(found["hits"], stdout_console(), explain=explain)
    if not found["hits"]:
        raise typer.Exit(EXIT_NOT_FOUND)


@telling_errors
def chat(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    path_prefix: PrefixOption = "",
    tag: TagOption = None,
    conversation: ConversationOption = None,
    llm: LlmOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask one question after another; follow-ups are understood."""
    from server.cli.chat import hold_chat

    with ready_client(command_settings(notes, state)) as client:
        body = question_body(conversation, llm=llm, path_prefix=path_prefix, tags=tag)
        hold_chat(client, body, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ask")(ask)
    app.command("search")(search)
    app.command("chat")(chat)


def question_body(
    conversation: str | None, *, llm: bool, path_prefix: str, tags: list[str] | None
) -> dict[str, object]:
    """Return what goes with a question to the API."""
    body: dict[str, object] = {"mode": "llm" if llm else "extractive"}
    if conversation:
        body["conversation_id"] = conversation
    if path_prefix or tags:
        body["filters"] = {"path_prefix": path_prefix, "tags": tags or []}
    return body
