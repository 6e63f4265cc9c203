"""`kb chat`: questions at a prompt, each answer shown as it is made."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING, Final

from kb.errors import IndexUnavailableError, KbError
from server.cli.shared import print_json, printable, stderr_console, stdout_console, tell_error

if TYPE_CHECKING:
    from server.api_client import ApiClient, Json

_PROMPT: Final = "\N{RIGHTWARDS ARROW} "


def hold_chat(client: ApiClient, body: dict[str, object], *, as_json: bool) -> None:
    """Ask until an empty line or the end of the input; an error ends a question, not the chat.

    Args:
        client: Where the notes are.
        body: What goes with every question; the conversation is put into it.
        as_json: Print each answer as the API's JSON.
    """
    from server.cli.show import show_answer

    with contextlib.suppress(ImportError):  # Windows has none
        import readline  # noqa: F401 - being imported gives `input` its history and keys

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # bytes that are no text cost their line
    stderr_console().print("Ask your notes. An empty line or Ctrl-D ends.", highlight=False)
    while question := _read_question():
        try:
            answer = _ask(client, {"question": question, **body})
        except KbError as error:
            tell_error(error, as_json=as_json)
            continue
        body["conversation_id"] = answer["conversation_id"]
        if as_json:
            print_json(answer)
        else:
            show_answer(answer, stdout_console())
        sys.stdout.flush()


def _read_question() -> str:
    """Read a line; at a terminal the prompt is `input`'s own, which redraws it while editing."""
    prompt = _PROMPT
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(_PROMPT)
        sys.stderr.flush()
        prompt = ""
    try:
        return input(prompt).strip()
    except EOFError:
        sys.stderr.write("\n")
        return ""


def _ask(client: ApiClient, body: dict[str, object]) -> Json:
    """Return an answer; at a terminal its text is seen as it comes, until the whole takes over.

    Raises:
        KbError: The server refused, or the stream ended too early.
    """
    from rich.live import Live
    from rich.text import Text

    text = Text()
    with Live(text, console=stderr_console(), transient=True) as live:
        for event in client.events("POST", "/api/ask/stream", body):
            if event.name == "answer":
                return event.data
            if event.name == "token":
                text.append(printable(event.data["text"]))
                live.update(text)
    raise IndexUnavailableError(
        "the answer broke off", hint="ask again, or look at the server's log", code="broken_off"
    )
