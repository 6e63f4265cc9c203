"""`kb ask`, `kb search` and `kb chat`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import KbError
from server.cli_progress import ready_client
from server.cli_shared import (
    EXIT_NOT_FOUND,
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    stderr_console,
    stdout_console,
    tell_error,
    telling_errors,
)

if TYPE_CHECKING:
    from server.api_client import ApiClient, Json

PrefixOption = Annotated[
    str, typer.Option("--path-prefix", help="Only notes whose path begins so.")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="Only notes with this tag.")]
LlmOption = Annotated[bool, typer.Option("--llm", help="Let the language model word the answer.")]


@telling_errors
def ask(
    question: Annotated[str, typer.Argument(help="What to ask, in Russian or English.")],
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    path_prefix: PrefixOption = "",
    tag: TagOption = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    llm: LlmOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask the notes; exit code 3 where they do not answer."""
    from server.cli_show import show_answer

    body = _question(question, conversation, llm=llm, path_prefix=path_prefix, tags=tag)
    with ready_client(command_settings(notes, state)) as client:
        answer = client.post("/api/ask", body)
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
    as_json: JsonOption = False,
) -> None:
    """Find passages; exit code 3 where there is none."""
    from server.cli_show import show_hits

    with ready_client(command_settings(notes, state)) as client:
        found = client.get(
            "/api/search", q=query, top_k=top_k, explain=explain, path_prefix=path_prefix
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
    llm: LlmOption = False,
) -> None:
    """Ask one question after another; follow-ups are understood."""
    console = stderr_console()
    with ready_client(command_settings(notes, state)) as client:
        console.print("Ask your notes. An empty line or Ctrl-D ends.", highlight=False)
        conversation: str | None = None
        while question := _read_line():
            try:
                conversation = _chat_turn(client, question, conversation, llm=llm)
            except KbError as error:
                tell_error(error)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ask")(ask)
    app.command("search")(search)
    app.command("chat")(chat)


def _read_line() -> str:
    try:
        return input("\N{RIGHTWARDS ARROW} ").strip()
    except EOFError:
        sys.stdout.write("\n")
        return ""


def _chat_turn(client: ApiClient, question: str, conversation: str | None, *, llm: bool) -> str:
    from server.cli_show import show_answer

    answer: Json = {}
    body = _question(question, conversation, llm=llm, path_prefix="", tags=None)
    with stderr_console().status("…"):
        for event in client.events("POST", "/api/ask/stream", body):
            if event.name == "answer":
                answer = event.data
    show_answer(answer, stdout_console())
    return str(answer["conversation_id"])


def _question(
    question: str,
    conversation: str | None,
    *,
    llm: bool,
    path_prefix: str,
    tags: list[str] | None,
) -> dict[str, object]:
    body: dict[str, object] = {"question": question, "mode": "llm" if llm else "extractive"}
    if conversation:
        body["conversation_id"] = conversation
    if path_prefix or tags:
        body["filters"] = {"path_prefix": path_prefix, "tags": tags or []}
    return body
