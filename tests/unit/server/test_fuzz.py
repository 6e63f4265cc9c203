"""Whatever is sent to whatever route: an answer of the documented kind, and never a 500."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.server.conftest import Bench

TEXT = st.text(max_size=20) | st.sampled_from(
    ["", "x", "cmd1", "a1", "r0", "docker.md", "../x", "%00", "docker ps", "docker rm web",
     "\u202e",
     "' OR 1=1 --", "x" * 3000, "-1", "1e9", "null", "💥"]
)  # fmt: skip
JSON_TEXT = TEXT | st.just("\ud800")
"""JSON can name half a character; an address cannot."""
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | JSON_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXT, inner, max_size=4),
    max_leaves=8,
)


def body_for(fields: list[str]) -> st.SearchStrategy[object]:
    """Bodies that have the route's own fields, with values of any kind, and others."""
    if not fields:
        return VALUE
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, VALUE | JSON_TEXT))
    return known | VALUE


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any], list[str]]]:
    document = client.get("/openapi.json").json()
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            reference = re.search(r"schemas/(\w+)", json.dumps(operation.get("requestBody", "")))
            schema = document["components"]["schemas"][reference[1]] if reference else {}
            found.append((method, path, operation, list(schema.get("properties", {}))))
    return found


def check(response: Any, operation: dict[str, Any], where: str) -> None:
    status = str(response.status_code)
    assert response.status_code < 500 or response.status_code == 503, (where, response.text)
    # 404 and 405 also come from paths that a parameter has bent into another one.
    assert status in {*operation["responses"], "404", "405"}, (where, status, response.text)
    if response.status_code >= 400:
        assert set(response.json()["error"]) >= {"code", "message", "hint"}, where


def fuzz(
    client: TestClient, method: str, path: str, operation: dict[str, Any], fields: list[str]
) -> None:
    parameters = operation.get("parameters", [])
    query = [each["name"] for each in parameters if each["in"] == "query"]
    in_path = [each["name"] for each in parameters if each["in"] == "path"]
    takes_nothing = not (query or in_path or "requestBody" in operation)

    @settings(
        max_examples=1 if takes_nothing else 12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(
        body=body_for(fields),
        params=st.fixed_dictionaries({}, optional=dict.fromkeys(query, TEXT)),
        names=st.fixed_dictionaries(dict.fromkeys(in_path, TEXT)),
    )
    def send(body: object, params: dict[str, str], names: dict[str, str]) -> None:
        filled = path
        for name, value in names.items():
            quoted = "".join(f"%{byte:02X}" for byte in value.encode()) or "%20"
            filled = filled.replace(f"{{{name}}}", quoted)
        options: dict[str, Any] = {"params": params}
        if method == "put":
            headers = {"Content-Type": "text/markdown", "If-None-Match": "*"}
            options |= {"content": json.dumps(body).encode(), "headers": headers}
        elif "requestBody" in operation:
            # Python writes Infinity, which no other JSON knows: that must do no harm either.
            headers = {"Content-Type": "application/json"}
            options |= {"content": json.dumps(body).encode(), "headers": headers}
        check(client.request(method, filled, **options), operation, f"{method} {path}")

    send()


@pytest.mark.timeout(120)
def test_no_request_breaks_the_server(bench: Bench, client: TestClient) -> None:
    client.post("/api/ask", json={"question": "x"})
    for method, path, operation, fields in operations(client):
        if path != "/api/health":
            fuzz(client, method, path, operation, fields)
    assert (bench.notes / "docker.md").exists() or list(bench.trash.iterdir())
