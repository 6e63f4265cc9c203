"""The official clients against a real server: OpenAI's package, and MCP's over both transports."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from openai.types.chat import ChatCompletionMessageParam

from tests.integration.kb_process import Process, environment, start, stop, wait_until_ok

NOTE = (
    "# Docker\n\nRemove a container:\n\n```bash\ndocker rm web\n```\n\n"
    "- `-f` — even a running one\n"
)
QUESTION = "how do I remove a container"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("clients")
    (folder / "notes").mkdir()
    (folder / "notes" / "docker.md").write_text(NOTE, encoding="utf-8")
    running = start(folder / "notes", folder / "state", "--mcp")
    try:
        wait_until_ok(running.client)
        yield running
    finally:
        stop(running)


@pytest.fixture
def client(running: Process) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{running.url}/v1",
        api_key=running.token,
        max_retries=0,
        http_client=httpx2.Client(trust_env=False),
    ) as client:
        yield client


def user(text: str) -> ChatCompletionMessageParam:
    return {"role": "user", "content": text}


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["kb"]


def test_a_completion_is_the_answer_with_its_quotes(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="kb", messages=[user(QUESTION)])
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert "docker rm web" in (choice.message.content or "")
    own = completion.model_extra or {}
    assert own["status"] == "answered"
    assert own["citations"][0]["note"] == "docker.md"
    assert own["commands"][0]["text"] == "docker rm web"


def test_a_streamed_completion_is_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="kb", messages=[user(QUESTION)])
    with client.chat.completions.create(
        model="kb", messages=[user(QUESTION)], stream=True
    ) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole.choices[0].message.content
    assert len(chunks) > 2
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert (chunks[-1].model_extra or {})["citations"][0]["note"] == "docker.md"


def test_earlier_messages_resolve_a_follow_up(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="kb",
        messages=[
            {"role": "system", "content": "Be brief."},
            user(QUESTION),
            {"role": "assistant", "content": "docker rm web"},
            {"role": "user", "content": [{"type": "text", "text": "and -f?"}]},
        ],
    )
    assert "even a running one" in (completion.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("key", "model", "error"),
    [
        ("wrong-token-wrong-token", "kb", openai.AuthenticationError),
        (None, "gpt-4", openai.NotFoundError),
    ],
)
def test_errors_are_the_packages_own(
    client: openai.OpenAI, key: str | None, model: str, error: type[openai.APIStatusError]
) -> None:
    asking = client.with_options(api_key=key) if key else client
    with pytest.raises(error) as raised:
        asking.chat.completions.create(model=model, messages=[user("x")])
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["hint"]


def test_an_empty_question_is_a_bad_request(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="kb", messages=[user("  ")])


def readme_snippet(kind: str) -> str:
    """The README's one code block of a kind."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(rf"^```{kind}\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    return str(snippet)


def test_the_readmes_snippet_for_openais_package_works(running: Process) -> None:
    code = readme_snippet("python").replace("http://127.0.0.1:8765", running.url)
    code = code.replace("the token", running.token)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        check=False, capture_output=True, text=True, env=environment(), timeout=60,
    )  # fmt: skip
    assert "docker rm web" in done.stdout, done.stderr


def test_the_readmes_snippet_for_mcp_is_a_command_of_kb(running: Process) -> None:
    server = json.loads(readme_snippet("json"))["mcpServers"]["notes"]
    assert server["command"] == "kb"
    given = [str(running.notes) if each == "/home/me/notes" else each for each in server["args"]]
    parameters = over_stdio_words(*given, "--state", str(running.state))

    async def session() -> dict[str, Any]:
        async with Client(parameters) as client:
            return await use_tools(client)

    check(asyncio.run(session()))


async def use_tools(client: Client) -> dict[str, Any]:
    """List the tools and call each of them."""
    tools = {tool.name for tool in (await client.list_tools()).tools}
    found = await client.call_tool("search_notes", {"query": "remove a container"})
    note = await client.call_tool("get_note", {"path": "docker.md"})
    answer = await client.call_tool("ask_notes", {"question": QUESTION})
    missing = await client.call_tool("get_note", {"path": "../secret.md"})
    return {
        "tools": tools,
        "hits": found.structured_content,
        "note": note.structured_content,
        "answer": answer.structured_content,
        "missing": missing.is_error,
    }


def check(used: dict[str, Any]) -> None:
    assert used["tools"] == {"search_notes", "get_note", "ask_notes"}
    assert used["hits"]["hits"][0]["note"] == "docker.md"
    assert used["note"]["source"] == NOTE
    assert used["answer"]["status"] == "answered"
    assert used["answer"]["citations"][0]["note"] == "docker.md"
    assert used["missing"]


def test_mcp_over_http(running: Process) -> None:
    async def session() -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {running.token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
            transport = streamable_http_client(f"{running.url}/mcp", http_client=http)
            async with Client(transport) as client:
                return await use_tools(client)

    check(asyncio.run(session()))


def over_stdio(notes: Path, state: Path, *options: str) -> StdioServerParameters:
    return over_stdio_words("mcp", "--notes", str(notes), "--state", str(state), *options)


def over_stdio_words(*words: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "server.cli", *words],
        env=environment(),
        cwd=Path(__file__).parents[2],
    )


def test_mcp_over_stdio_beside_a_running_server(running: Process) -> None:
    async def session() -> dict[str, Any]:
        async with Client(over_stdio(running.notes, running.state)) as client:
            return await use_tools(client)

    check(asyncio.run(session()))


def test_mcp_over_stdio_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "docker.md").write_text(NOTE, encoding="utf-8")

    async def session() -> tuple[dict[str, Any], set[str]]:
        where = (tmp_path / "notes", tmp_path / "state")
        async with Client(over_stdio(*where)) as client:
            used = await use_tools(client)
        async with Client(over_stdio(*where, "--allow-run")) as client:
            return used, {tool.name for tool in (await client.list_tools()).tools}

    used, with_run = asyncio.run(session())
    check(used)
    assert with_run == used["tools"] | {"run_command"}
