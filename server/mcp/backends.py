"""Where the MCP tools get their answers: the services of this process, or a server's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kb.model import NoteId, Question, RunId
from server.mcp.tools import ToolResult
from server.sandbox.sanitize import make_safe
from server.schemas.runs import RunBody
from server.schemas.search import HitBody, SearchBody

if TYPE_CHECKING:
    from server.api_client import ApiClient
    from server.services import Services

MAX_OUTPUT_CHARS: Final = 50_000
"""More of a run's output would only fill the client's context."""

_ANSWER_FIELDS: Final = (
    "status",
    "text",
    "hedged",
    "confidence",
    "language",
    "citations",
    "commands",
    "nearest",
)


class ServicesBackend:
    """The tools inside a server.

    Args:
        services: The server's own.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def search(self, query: str, top_k: int) -> ToolResult:
        """Find passages."""
        hits = self._services.answerer.search(query, top_k=top_k)
        return SearchBody(hits=[HitBody.of(hit, explain=False) for hit in hits]).model_dump()

    def note(self, path: str) -> ToolResult:
        """Return a note."""
        note = NoteId(path)
        self._services.note_files.require(note)
        return {"path": path, "source": self._services.library.read(note)}

    def ask(self, question: str) -> ToolResult:
        """Answer a question."""
        with self._services.asking.gate:
            answer = self._services.asking.ask_apart(Question(text=question))
        return _kept(answer.model_dump())

    def run(self, line: str, *, confirm: bool) -> ToolResult:
        """Run a command line and wait for its end."""
        run = self._services.desk.run_typed(line, {}, confirm=confirm, who="mcp")
        for _ in self._services.sandbox.runs.events(RunId(run.id)):
            pass
        return _cut(RunBody.of(self._services.sandbox.runs.get(run.id)).model_dump())


class ApiBackend:
    """The tools over an API.

    Args:
        client: Talks to the server.
    """

    def __init__(self, client: ApiClient) -> None:
        client.ask_as("mcp")
        self._client = client

    def search(self, query: str, top_k: int) -> ToolResult:
        """Find passages."""
        return self._client.get("/api/search", q=query, top_k=top_k)

    def note(self, path: str) -> ToolResult:
        """Return a note."""
        found = self._client.get(f"/api/notes/{quote(path)}")
        return {"path": found["path"], "source": found["source"]}

    def ask(self, question: str) -> ToolResult:
        """Answer a question."""
        return _kept(self._client.post("/api/ask", {"question": question, "keep": False}))

    def run(self, line: str, *, confirm: bool) -> ToolResult:
        """Run a command line and wait for its end."""
        body = {"text": line, "confirm": confirm}
        run_id = self._client.post("/api/runs", body)["run_id"]
        for _ in self._client.events("GET", f"/api/runs/{run_id}/events"):
            pass
        return _cut(self._client.get(f"/api/runs/{run_id}"))


def _kept(answer: ToolResult) -> ToolResult:
    return {name: answer[name] for name in _ANSWER_FIELDS}


def _cut(run: ToolResult) -> ToolResult:
    """Leave out colours, and what is too much."""
    for name in ("stdout", "stderr"):
        run[name] = make_safe(run[name])
        if len(run[name]) > MAX_OUTPUT_CHARS:
            run[name] = run[name][:MAX_OUTPUT_CHARS]
            run["truncated"] = True
    return run
