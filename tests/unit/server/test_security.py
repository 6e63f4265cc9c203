"""Every route against every bad request, and the answers' own marks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from server.security import MAX_JSON_BYTES, MAX_NOTE_BYTES, OPEN_PATHS
from tests.unit.server.conftest import PORT, TOKEN, Bench
from tests.unit.server.every_route import every_request

OWN = f"127.0.0.1:{PORT}"
GOOD = {"Host": OWN, "Authorization": f"Bearer {TOKEN}"}

BAD_HEADERS = {
    "bad Host": ({**GOOD, "Host": "evil.example"}, 403),
    "evil host with our port": ({**GOOD, "Host": f"evil.example:{PORT}"}, 403),
    "our host without a port": ({**GOOD, "Host": "127.0.0.1"}, 403),
    "our host with another port": ({**GOOD, "Host": "127.0.0.1:9999"}, 403),
    "host with user info": ({**GOOD, "Host": f"user@{OWN}"}, 403),
    "empty Host": ({**GOOD, "Host": ""}, 403),
    "rebound name": ({**GOOD, "Host": f"127.0.0.1.nip.io:{PORT}"}, 403),
    "Origin null": ({**GOOD, "Origin": "null"}, 403),
    "foreign Origin": ({**GOOD, "Origin": "https://evil.example"}, 403),
    "Origin of another localhost port": ({**GOOD, "Origin": "http://localhost:3000"}, 403),
    "Origin with our name as a prefix": ({**GOOD, "Origin": f"http://{OWN}.evil.example"}, 403),
    "Origin of an extension": ({**GOOD, "Origin": "chrome-extension://abc"}, 403),
    "cross-site fetch": ({**GOOD, "Sec-Fetch-Site": "cross-site"}, 403),
    "same-site fetch": ({**GOOD, "Sec-Fetch-Site": "same-site"}, 403),
}
BAD_TOKENS = {
    "no token": {"Host": OWN},
    "wrong token": {"Host": OWN, "Authorization": "Bearer wrong"},
    "empty token": {"Host": OWN, "Authorization": "Bearer "},
    "token as basic": {"Host": OWN, "Authorization": f"Basic {TOKEN}"},
    "token without a scheme": {"Host": OWN, "Authorization": TOKEN},
    "token with a tail": {"Host": OWN, "Authorization": f"Bearer {TOKEN}x"},
    "token in a cookie": {"Host": OWN, "Cookie": f"token={TOKEN}"},
    "token beyond ASCII": {"Host": OWN, "Authorization": "Bearer \u00e9"},
}


def send(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    client.headers.pop("Authorization", None)
    response = client.request(method, path, headers=list(raw.items()))
    if response.status_code in {401, 403, 415} and method != "HEAD":
        assert set(response.json()["error"]) >= {"code", "message", "hint"}
    return response.status_code


def test_the_routes_are_all_there(bench: Bench) -> None:
    found = set(every_request(bench.app))
    assert len(found) > 25
    assert ("POST", "/api/commands/x/runs") in found
    assert ("GET", "/static/app.css") in found


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_every_route_refuses_foreign_requests(bench: Bench, client: TestClient, name: str) -> None:
    headers, status = BAD_HEADERS[name]
    for method, path in every_request(bench.app):
        assert send(client, method, path, headers) == status, (method, path)


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_every_route_wants_the_token(bench: Bench, client: TestClient, name: str) -> None:
    headers = BAD_TOKENS[name]
    for method, path in every_request(bench.app):
        is_open = path in OPEN_PATHS or path.startswith("/static/")
        status = send(client, method, path, headers)
        assert (status != 401) if is_open else (status == 401), (method, path, status)


def test_paths_that_are_not_there_want_the_token_too(client: TestClient) -> None:
    for path in ("/api/nope", "/v1/models", "/mcp", "/docs", "/redoc", "/static", "/x.css"):
        assert send(client, "GET", path, {"Host": OWN}) == 401, path


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "text/plain; application/json",
        "application/json; charset=utf-7",
        "",
    ],
)
def test_every_unsafe_route_takes_its_own_type_only(
    bench: Bench, client: TestClient, content_type: str
) -> None:
    for method, path in every_request(bench.app):
        if method in {"GET", "HEAD", "OPTIONS"}:
            continue
        response = client.request(
            method, path, content=b'{"question": "x"}', headers={"Content-Type": content_type}
        )
        assert response.status_code == 415, (method, path)
    assert bench.answerer.questions == []


def test_a_body_without_a_type_is_refused(bench: Bench, client: TestClient) -> None:
    response = client.post("/api/ask", content=b'{"question": "x"}')
    assert "content-type" not in response.request.headers
    assert response.status_code == 415
    assert bench.answerer.questions == []


def test_two_hosts_or_two_tokens_are_refused(client: TestClient) -> None:
    doubled = [("Host", OWN), ("Host", OWN)]
    assert client.get("/api/runs", headers=doubled).status_code == 403
    client.headers.pop("Authorization")
    tokens = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer x")]
    assert client.get("/api/runs", headers=tokens).status_code == 401


@pytest.mark.parametrize(
    "host",
    [
        f"localhost:{PORT}",
        f"LOCALHOST:{PORT}",
        f"[::1]:{PORT}",
        f"[0:0:0:0:0:0:0:1]:{PORT}",
        f"localhost.:{PORT}",
    ],
)
def test_our_own_names_pass(client: TestClient, host: str) -> None:
    assert client.get("/api/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": f"http://{OWN}", "Sec-Fetch-Site": "same-origin"},
        {"Origin": f"http://localhost:{PORT}"},
        {"Origin": f"http://[::1]:{PORT}"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_page_passes(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/api/ask", json={"question": "x"}, headers=headers)
    assert response.status_code == 200


def test_a_link_on_another_site_may_open_the_page_and_nothing_else(client: TestClient) -> None:
    visit = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert client.get("/", headers=visit).status_code == 200
    assert client.get("/api/runs", headers=visit).status_code == 403
    assert client.get("/", headers={**visit, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert client.get("/", headers={**visit, "Origin": "null"}).status_code == 403


def test_every_answer_is_marked(bench: Bench, client: TestClient) -> None:
    for method, path in every_request(bench.app):
        for headers in ({}, {"Host": "evil"}, {"Authorization": "Bearer no"}):
            response = client.request(method, path, headers=headers)
            csp = response.headers["content-security-policy"]
            assert csp.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "frame-ancestors 'none'" in csp
            assert "unsafe" not in csp
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert response.headers["x-frame-options"] == "DENY"
            assert "access-control-allow-origin" not in response.headers
            assert "set-cookie" not in response.headers
            if path.startswith("/api"):
                assert response.headers["cache-control"] in {"no-store", "private, no-cache"}


def test_preflights_get_nothing(client: TestClient) -> None:
    response = client.options(
        "/api/ask",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_declared_body_that_is_too_large_is_not_read(client: TestClient) -> None:
    response = client.post(
        "/api/ask",
        content=b"{}",
        headers={"Content-Type": "application/json", "Content-Length": str(MAX_JSON_BYTES + 1)},
    )
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_chunked_body_is_counted(bench: Bench, client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(MAX_JSON_BYTES // 1000 + 2):
            yield b" " * 1000

    headers = {"Content-Type": "application/json"}
    response = client.post("/api/ask", content=pieces(), headers=headers)
    assert response.status_code == 413
    assert bench.answerer.questions == []


def test_a_note_may_be_larger_than_a_question(client: TestClient) -> None:
    headers = {"Content-Type": "text/markdown", "If-None-Match": "*"}
    big = b"x" * (MAX_JSON_BYTES + 10)
    assert client.put("/api/notes/big.md", content=big, headers=headers).status_code == 201
    too_big = b"x" * (MAX_NOTE_BYTES + 1)
    response = client.put("/api/notes/huge.md", content=too_big, headers=headers)
    assert response.status_code == 413


def test_nothing_is_read_from_who_has_no_token(client: TestClient) -> None:
    client.headers.pop("Authorization")

    def endless() -> Iterator[bytes]:
        yield b"x"
        raise AssertionError("the body was read")

    response = client.post(
        "/api/ask", content=b"x" * 10**7, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 401


def test_websockets_are_closed(client: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil"}, {}):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/api/ask", headers=headers),
        ):
            pass


def test_runs_are_never_started_by_get(client: TestClient, bench: Bench) -> None:
    for path in ("/api/commands/cmd1/runs", "/api/commands/cmd1/preview", "/api/sandbox/reset"):
        assert client.get(path).status_code == 405
    client.get("/api/runs", params={"text": "docker ps"})
    assert bench.sandbox.runs.started == []
