"""The notes as MCP tools, tried with the official client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client

from kb.errors import CommandRefusedError, IndexUnavailableError
from server.api_client import ApiClient
from server.app import create_app
from server.mcp.backends import MAX_OUTPUT_CHARS, ApiBackend, ServicesBackend
from server.mcp.tools import NotesBackend, make_server
from server.settings import read_settings
from server.wiring import mcp_server
from tests.unit.server.conftest import PORT, TOKEN, Bench
from tests.unit.server.test_security import BAD_HEADERS, BAD_TOKENS

READING = {"search_notes", "get_note", "ask_notes"}


def call(bench: Bench, tool: str, *, allow_run: bool = False, **arguments: Any) -> Any:
    return call_on(ServicesBackend(bench.services), tool, allow_run=allow_run, **arguments)


def over(client: TestClient) -> ApiClient:
    """An API client whose requests the app takes at once."""
    api = ApiClient(url="", token=TOKEN, own=True)
    api.close()
    api._client = client  # type: ignore[assignment]
    return api


def call_on(backend: NotesBackend, tool: str, *, allow_run: bool = True, **arguments: Any) -> Any:
    async def session() -> Any:
        server = make_server(backend, allow_run=allow_run)
        async with Client(server) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(session())


def tools(bench: Bench, *, allow_run: bool) -> set[str]:
    async def session() -> set[str]:
        server = make_server(ServicesBackend(bench.services), allow_run=allow_run)
        async with Client(server) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    return asyncio.run(session())


def test_running_is_offered_only_where_it_is_switched_on(bench: Bench) -> None:
    assert tools(bench, allow_run=False) == READING
    assert tools(bench, allow_run=True) == READING | {"run_command"}
    result = call(bench, "run_command", command="docker ps")
    assert result.is_error
    assert bench.sandbox.runs.started == []


def test_notes_are_searched_read_and_asked(bench: Bench) -> None:
    hits = call(bench, "search_notes", query="remove", top_k=3).structured_content["hits"]
    assert hits[0]["note"] == "docker.md"
    note = call(bench, "get_note", path="docker.md").structured_content
    assert note["source"].startswith("# Docker")
    answer = call(bench, "ask_notes", question="how do I remove a container").structured_content
    assert answer["status"] == "answered"
    assert answer["citations"][0]["line_start"] == 3


def test_errors_tell_what_to_do(bench: Bench) -> None:
    bench.answerer.error = IndexUnavailableError("no index", hint="wait")
    for tool, arguments in (
        ("ask_notes", {"question": "x"}),
        ("get_note", {"path": "../secret.md"}),
        ("search_notes", {"query": ""}),
        ("search_notes", {"query": "x", "top_k": 10_000}),
    ):
        assert call(bench, tool, **arguments).is_error, tool
    result = call(bench, "ask_notes", question="x")
    assert "hint: wait" in result.content[0].text


@pytest.mark.parametrize("path", ["x" * 300 + ".md", "я" * 200 + ".md", "a\0.md", "../a.md"])
def test_a_name_that_no_note_can_have_is_not_found(bench: Bench, path: str) -> None:
    result = call(bench, "get_note", path=path)
    assert result.is_error
    assert "there is no note" in result.content[0].text
    assert "hint: give its path" in result.content[0].text


def test_a_command_runs_through_the_policy(bench: Bench) -> None:
    run = call(bench, "run_command", allow_run=True, command="docker ps").structured_content
    assert (run["state"], run["stdout"]) == ("exited", "ran docker ps\n")
    refused = call(
        bench, "run_command", allow_run=True, command="docker run --privileged alpine", confirm=True
    )
    assert refused.is_error
    wanted = call(bench, "run_command", allow_run=True, command="docker rm web")
    assert wanted.is_error
    assert [text for text, _ in bench.sandbox.runs.started] == ["docker ps"]


def test_what_would_go_and_what_may_run_instead_are_told(
    bench: Bench, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise CommandRefusedError("no sh", hint="see below", suggestion="docker ps")

    api = ApiBackend(over(client))
    for backend in (ServicesBackend(bench.services), api):
        wanted = call_on(backend, "run_command", command="docker rm web").content[0].text
        assert wanted.endswith("it removes a container\nwould be removed: web")
    monkeypatch.setattr(bench.services.desk, "run_typed", refuse)
    for backend in (ServicesBackend(bench.services), api):
        refused = call_on(backend, "run_command", command="sh -c ls").content[0].text
        assert refused.endswith("no sh (hint: see below)\nmay run instead: docker ps")


def test_questions_leave_no_conversation(bench: Bench, client: TestClient) -> None:
    for backend in (ServicesBackend(bench.services), ApiBackend(over(client))):
        assert backend.ask("how do I remove a container")["status"] == "answered"
    assert bench.services.conversations.list(limit=9, offset=0) == ((), 0)


def test_output_comes_without_colours(bench: Bench) -> None:
    bench.sandbox.runs.warning = "\x1b[31mred\x1b[0m\n"
    assert ServicesBackend(bench.services).run("docker ps", confirm=False)["stderr"] == "red\n"


def test_long_output_is_cut(bench: Bench) -> None:
    long_line = "docker logs " + "x" * 100
    backend = ServicesBackend(bench.services)
    assert len(backend.run(long_line, confirm=False)["stdout"]) < MAX_OUTPUT_CHARS


def initialize() -> dict[str, object]:
    return {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }


@pytest.fixture
def over_http(bench: Bench) -> Iterator[Callable[..., Any]]:
    """Posts to `/mcp` of an app that lets run commands; headers go over fit ones."""
    server = make_server(ServicesBackend(bench.services), allow_run=True)
    fit = {
        "Authorization": f"Bearer {TOKEN}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
    }
    app = create_app(bench.services, mcp=server)
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}") as client:

        def post(body: object, headers: Mapping[str, str] | None = None) -> Any:
            return client.post("/mcp", json=body, headers={**fit, **(headers or {})})

        yield post


def test_the_http_transport_answers(over_http: Callable[..., Any]) -> None:
    answer = over_http(initialize())
    assert answer.status_code == 200
    assert answer.json()["result"]["serverInfo"]["name"] == "kb"


REFUSED = {name: (headers, 403) for name, (headers, _) in BAD_HEADERS.items()}
REFUSED |= {
    name: ({"Authorization": "", **headers}, 401)
    for name, headers in BAD_TOKENS.items()
    if headers.get("Authorization", "").isascii()
}
REFUSED["another type"] = ({"Content-Type": "text/plain"}, 415)


@pytest.mark.parametrize("name", REFUSED)
def test_the_http_transport_is_guarded(over_http: Callable[..., Any], name: str) -> None:
    headers, status = REFUSED[name]
    assert over_http(initialize(), headers).status_code == status


def test_a_command_runs_over_http_through_the_policy(
    bench: Bench, over_http: Callable[..., Any]
) -> None:
    def run(command: str) -> dict[str, Any]:
        params = {"name": "run_command", "arguments": {"command": command}}
        body = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}
        result: dict[str, Any] = over_http(body).json()["result"]
        return result

    done = run("docker ps")["structuredContent"]
    assert (done["state"], done["stdout"]) == ("exited", "ran docker ps\n")
    for refused in ("docker run --privileged alpine", "docker rm web"):
        assert run(refused)["isError"], refused
    assert [text for text, _ in bench.sandbox.runs.started] == ["docker ps"]


@pytest.mark.parametrize(("switch", "tool"), [("true", True), ("false", False)])
def test_the_setting_decides_whether_commands_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, switch: str, tool: bool
) -> None:
    monkeypatch.setenv("KB_MCP_RUN", switch)
    server = mcp_server(read_settings(mcp=True), bench.services)
    assert server is not None

    async def session() -> set[str]:
        async with Client(server) as client:
            return {each.name for each in (await client.list_tools()).tools}

    assert ("run_command" in asyncio.run(session())) is tool


def test_without_the_switch_there_is_no_mcp(client: TestClient, tmp_path: Path) -> None:
    assert client.post("/mcp", json=initialize()).status_code == 404
