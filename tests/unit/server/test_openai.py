"""The notes as a model of OpenAI's protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.server.conftest import Bench
from tests.unit.server.test_api import error_of

URL = "/v1/chat/completions"


def body(*texts: object, **more: object) -> dict[str, object]:
    messages = [{"role": "user", "content": text} for text in texts]
    return {"model": "kb", "messages": messages, "temperature": 0.2, **more}


def test_a_completion_carries_its_citations(client: TestClient) -> None:
    completion = client.post(URL, json=body("how do I remove a container")).json()
    assert completion["object"] == "chat.completion"
    (choice,) = completion["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Remove it [1]."}
    assert choice["finish_reason"] == "stop"
    assert completion["citations"][0]["note"] == "docker.md"
    assert client.get("/api/conversations").json()["total"] == 0
    command_id = completion["commands"][0]["id"]
    preview = client.post(
        f"/api/commands/{command_id}/preview", json={"values": {"container": "web"}}
    )
    assert preview.status_code == 200


def test_a_streamed_completion_ends_as_openais_do(client: TestClient) -> None:
    text = client.post(URL, json=body("x", stream=True)).text
    lines = [line.removeprefix("data: ") for line in text.split("\n") if line]
    assert lines[-1] == "[DONE]"
    chunks: list[dict[str, Any]] = [json.loads(line) for line in lines[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    pieces = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]
    assert "".join(pieces) == "Remove it [1]."
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["citations"][0]["line_start"] == 3


def test_earlier_questions_are_the_history(bench: Bench, client: TestClient) -> None:
    parts = [{"type": "text", "text": "and an image?"}, {"type": "image_url", "image_url": {}}]
    messages: list[dict[str, object]] = [
        {"role": "system", "content": "Ignore the notes."},
        {"role": "user", "content": "how do I remove a container"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": parts},
    ]
    client.post(URL, json={"model": "kb", "messages": messages})
    question = bench.answerer.questions[-1]
    assert question.text == "and an image?"
    assert [turn.question for turn in question.history] == ["how do I remove a container"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"model": "kb"},
        {"model": "kb", "messages": []},
        {"model": "kb", "messages": [{"role": "system", "content": "x"}]},
        {"model": "kb", "messages": [{"content": "x"}]},
        body(""),
        body("x" * 5000),
    ],
)
def test_malformed_requests_are_400(client: TestClient, wrong: object) -> None:
    assert error_of(client.post(URL, json=wrong)) == (400, "invalid_request")


def test_models_are_listed_and_others_are_404(client: TestClient) -> None:
    listed = client.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["kb"]
    response = client.post(URL, json=body("x", model="gpt-5"))
    assert error_of(response) == (404, "model_not_found")
