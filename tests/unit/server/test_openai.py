"""The notes as a model of OpenAI's protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.errors import IndexUnavailableError
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


def chunks_of(client: TestClient, **more: object) -> list[dict[str, Any]]:
    """The chunks of a streamed completion, which ends as OpenAI's do."""
    text = client.post(URL, json=body("x", stream=True, **more)).text
    lines = [line.removeprefix("data: ") for line in text.split("\n") if line]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[-2:]] == [None, "stop"]
    return chunks


def texts(chunks: list[dict[str, Any]], name: str) -> list[str]:
    """The pieces of one field that are not empty."""
    pieces = [chunk["choices"][0]["delta"].get(name, "") for chunk in chunks]
    return [piece for piece in pieces if piece]


def test_a_streamed_completion_is_the_answer_in_its_pieces(
    bench: Bench, client: TestClient
) -> None:
    bench.answerer.pieces = ("Remove ", "it ", "[1].")
    chunks = chunks_of(client)
    assert texts(chunks, "content") == ["Remove ", "it ", "[1]."]
    assert chunks[-1]["citations"][0]["line_start"] == 3
    assert chunks[-1]["notice"] is None
    preview = client.post(
        f"/api/commands/{chunks[-1]['commands'][0]['id']}/preview",
        json={"values": {"container": "web"}},
    )
    assert preview.status_code == 200


def test_a_models_words_are_content_only_once_they_are_checked(
    bench: Bench, client: TestClient
) -> None:
    bench.app.state.services = replace(bench.services, has_chat_model=True)
    bench.answerer.pieces = ("Docker is blue. ", "Remove it [1].")
    bench.answerer.notice = "Claims removed: 1."
    chunks = chunks_of(client, model="kb-llm")
    assert texts(chunks, "reasoning_content") == ["Docker is blue. ", "Remove it [1]."]
    assert texts(chunks, "content") == ["Remove it [1]."]
    assert chunks[-1]["notice"] == "Claims removed: 1."
    whole = client.post(URL, json=body("x", model="kb-llm")).json()
    assert whole["notice"] == "Claims removed: 1."


def test_what_fails_before_the_first_piece_has_its_status(bench: Bench, client: TestClient) -> None:
    assert error_of(client.post(URL, json=body("", stream=True))) == (400, "invalid_request")
    bench.answerer.error = IndexUnavailableError("none", hint="wait")
    failed = client.post(URL, json=body("x", stream=True))
    assert error_of(failed) == (503, "index_unavailable")
    bench.answerer.error = RuntimeError("secret")  # type: ignore[assignment]
    failed = client.post(URL, json=body("x", stream=True))
    assert error_of(failed) == (500, "internal_error")
    assert bench.services.asking.gate._active == 0


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


@pytest.mark.parametrize("content", ["\ud800", [{"type": "text", "text": "\ud800"}]])
def test_half_a_character_is_400(client: TestClient, content: object) -> None:
    wrong = {"model": "kb", "messages": [{"role": "user", "content": content}]}
    headers = {"Content-Type": "application/json"}
    response = client.post(URL, content=json.dumps(wrong), headers=headers)
    assert error_of(response) == (400, "invalid_request")


def test_the_usage_comes_last_of_a_stream_that_asks_for_it(client: TestClient) -> None:
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    text = client.post(
        URL, json=body("x", stream=True, stream_options={"include_usage": True})
    ).text
    lines = [line.removeprefix("data: ") for line in text.split("\n") if line]
    assert lines[-1] == "[DONE]"
    *chunks, last = [json.loads(line) for line in lines[:-1]]
    assert (last["choices"], last["usage"]) == ([], usage)
    assert last["id"] == chunks[0]["id"]
    assert [chunk["usage"] for chunk in chunks] == [None] * len(chunks)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    "options", [None, {}, {"include_usage": False}, {"include_obfuscation": 1}]
)
def test_a_stream_that_asks_for_no_usage_has_none(client: TestClient, options: object) -> None:
    assert all("usage" not in chunk for chunk in chunks_of(client, stream_options=options))


def test_one_model_is_found_by_its_name(client: TestClient) -> None:
    (listed,) = client.get("/v1/models").json()["data"]
    assert client.get("/v1/models/kb").json() == listed
    for missing in ("kb-llm", "gpt-5"):
        assert error_of(client.get(f"/v1/models/{missing}")) == (404, "model_not_found")


def test_models_are_listed_and_others_are_404(client: TestClient) -> None:
    listed = client.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["kb"]
    response = client.post(URL, json=body("x", model="gpt-5"))
    assert error_of(response) == (404, "model_not_found")
